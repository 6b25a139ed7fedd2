internal import BPF
internal import NetTypes
package import Policy
package import PolicyCompiler
internal import SystemPackage

extension SeenPacket {
    /// The bytes of a test run in which a program of a hook sees this packet.
    ///
    /// A test run takes an Ethernet frame. TC programs see all of it; cgroup programs what is behind
    /// its header, of which they know the type. A tag beside the bytes cannot be given.
    ///
    /// - Parameter hook: The hook.
    /// - Returns: Nil for a packet that no test run has.
    package func testFrame(on hook: Hook) -> [UInt8]? {
        guard tag == nil else { return nil }
        let isOnCgroup = hook == .cgroupIngress || hook == .cgroupEgress
        switch start {
        case .ethernet:
            return !isOnCgroup && bytes.count >= 14 ? bytes : nil
        case .network(let type):
            let number = [UInt8(type.rawValue >> 8), UInt8(truncatingIfNeeded: type.rawValue)]
            // What is smaller is the length of an 802.3 frame to the kernel, which is another type.
            guard type.rawValue >= 0x0600 else { return nil }
            if isOnCgroup { return [UInt8](repeating: 0, count: 12) + number + bytes }
            // On TC the type is where an Ethernet header would have it, which few packets suit.
            return bytes.count >= 14 && Array(bytes[12..<14]) == number ? bytes : nil
        }
    }
}

extension Program {
    /// Runs a program of a hook on a packet.
    ///
    /// - Returns: What it returned; nil for a packet that no test run of this kernel has, such as one
    ///   that is too long.
    /// - Throws: `BPFError`.
    borrowing func judge(_ packet: SeenPacket, on hook: Hook) throws(BPFError) -> UInt32? {
        guard let frame = packet.testFrame(on: hook) else { return nil }
        do throws(BPFError) {
            guard let mark = packet.mark else {
                return try testRun(packet: frame).returnValue
            }
            var context = SKBContext(mark: mark)
            return try testRun(packet: frame, context: &context).returnValue
        } catch {
            guard error.errno == .invalidArgument else { throw error }
            return nil
        }
    }
}

extension Hook {
    /// What a program of the hook returns for a verdict; nil where it cannot give it.
    package func returnValue(of verdict: Verdict) -> UInt32? {
        switch (self, verdict) {
        case (.xdp, .aborted): 0
        case (.xdp, .drop): 1
        case (.xdp, .pass): 2
        case (.xdp, .tx): 3
        case (.xdp, .redirect): 4
        // TC_ACT_UNSPEC, TC_ACT_SHOT, TC_ACT_REDIRECT.
        case (.tcIngress, .pass), (.tcEgress, .pass): .max
        case (.tcIngress, .drop), (.tcEgress, .drop): 2
        case (.tcIngress, .aborted), (.tcEgress, .aborted): 2
        case (.tcIngress, .redirect), (.tcEgress, .redirect): 7
        case (.cgroupIngress, .pass), (.cgroupEgress, .pass), (.cgroupDevice, .pass): 1
        case (.cgroupIngress, .drop), (.cgroupEgress, .drop), (.cgroupDevice, .drop): 0
        case (.cgroupIngress, .aborted), (.cgroupEgress, .aborted): 0
        case (.tcIngress, .tx), (.tcEgress, .tx): nil
        case (.cgroupIngress, _), (.cgroupEgress, _), (.cgroupDevice, _): nil
        }
    }
}
