internal import NetTypes
internal import Policy

/// Frames that try a policy: most hit its prefixes and ports or just miss them, and many are broken.
public struct RandomPackets: Sendable {
    private let aim: RandomAim
    private let lengths: ClosedRange<Int>

    /// Makes a source of frames.
    ///
    /// - Parameters:
    ///   - policy: What they are to try.
    ///   - lengths: Shorter frames are filled up with random bytes, longer ones are cut; XDP test
    ///     runs need 14 bytes.
    public init(for policy: RandomPolicy, lengths: ClosedRange<Int> = 0...(.max)) {
        aim = RandomAim(policy)
        self.lengths = lengths
    }

    /// The next frame.
    ///
    /// - Parameter random: Where the choices come from.
    /// - Returns: Bytes from the Ethernet header on.
    public func next(using random: inout SeededRandom) -> [UInt8] {
        var frame: [UInt8]
        if random.chance(4) {
            frame = random.bytes(random.number(0...64))
        } else {
            frame = whole(using: &random)
            if random.chance(12) { frame = Array(frame.prefix(random.number(0...frame.count))) }
            if random.chance(8) { mutate(&frame, using: &random) }
        }
        if frame.count < lengths.lowerBound {
            frame += random.bytes(lengths.lowerBound - frame.count)
        }
        return Array(frame.prefix(lengths.upperBound))
    }

    private func mutate(_ frame: inout [UInt8], using random: inout SeededRandom) {
        guard !frame.isEmpty else { return }
        for _ in 0..<random.number(1...3) {
            // What is behind the headers makes no difference.
            frame[random.number(0...min(frame.count, 120) - 1)] = random.number(0 ... .max)
        }
    }

    private func whole(using random: inout SeededRandom) -> [UInt8] {
        let fields = aim.fields(using: &random)
        var frame = random.bytes(12)
        let more = random.one(weighted: [(82, 0), (10, 1), (3, 2), (2, 3), (1, 4)])
        for number in 0..<(fields.vlan == nil ? (more < 2 ? 0 : more) : 1 + more) {
            frame += bytes16(random.one(weighted: [(5, 0x8100), (5, 0x88a8), (1, 0x9100)]))
            let identifier = number == 0 ? fields.vlan : nil
            frame += bytes16(
                (identifier ?? random.number(0...4095)) | random.number(0...15) << 12)
        }
        let isIPv4 = if case .v4 = fields.source { true } else { false }
        frame += bytes16(
            random.one(weighted: [
                (96, fields.etherType), (1, isIPv4 ? 0x86dd : 0x0800), (1, 0x0000), (1, 0x05dc),
                (1, random.number(0 ... .max)),
            ]))
        let transport = RandomHeaders.transport(fields, using: &random)
        frame +=
            isIPv4
            ? RandomHeaders.ipv4(fields, transport, using: &random)
            : RandomHeaders.ipv6(fields, transport, using: &random)
        if random.chance(25) { frame += random.bytes(random.number(1...24)) }
        return frame
    }
}

/// A 16-bit field in network order.
func bytes16(_ value: UInt16) -> [UInt8] {
    [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
}
