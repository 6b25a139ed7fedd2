internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Sends frames as they are on an interface of the calling thread's namespace: the way for a
/// ``Packet`` onto a wire.
public struct FrameSocket: ~Copyable, Sendable {
    private let descriptor: OwnedDescriptor
    private let address: [UInt8]

    /// Opens a packet socket for an interface.
    public init(interface name: String) throws {
        let index = try interfaceIndex(name)
        // struct sockaddr_ll: family, protocol, index; hardware type, packet type, length, address.
        var address = [UInt8](repeating: 0, count: 20)
        withUnsafeBytes(of: UInt16(AF_PACKET)) { address.replaceSubrange(0..<2, with: $0) }
        withUnsafeBytes(of: index) { address.replaceSubrange(4..<8, with: $0) }
        // Protocol 0: it receives nothing.
        let number = socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else {
            throw SystemError(
                attempt: "open packet socket", subject: name, errno: Errno(rawValue: errno))
        }
        self.address = address
        descriptor = OwnedDescriptor(owning: number)
    }

    /// Sends a frame, `count` times.
    public borrowing func send(_ frame: [UInt8], count: Int = 1) throws {
        for _ in 0..<count {
            let sent = address.withUnsafeBytes { address in
                sendto(
                    descriptor.rawValue, frame, frame.count, 0,
                    address.assumingMemoryBound(to: sockaddr.self).baseAddress,
                    socklen_t(address.count))
            }
            guard sent == frame.count else {
                throw SystemError(
                    attempt: "send frame", subject: "\(frame.count) bytes",
                    errno: Errno(rawValue: errno))
            }
        }
    }
}
