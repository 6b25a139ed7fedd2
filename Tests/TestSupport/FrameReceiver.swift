internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Sees the frames that come in by an interface of the calling thread's namespace, as they are.
public final class FrameReceiver: Sendable {
    private let descriptor: OwnedDescriptor

    /// Opens a packet socket for an interface; what comes in from here on is kept.
    public init(interface name: String) throws {
        // struct sockaddr_ll: family, protocol (ETH_P_ALL, network order), index.
        var address = [UInt8](repeating: 0, count: 20)
        let index = try interfaceIndex(name)
        withUnsafeBytes(of: UInt16(AF_PACKET)) { address.replaceSubrange(0..<2, with: $0) }
        withUnsafeBytes(of: UInt16(3).bigEndian) { address.replaceSubrange(2..<4, with: $0) }
        withUnsafeBytes(of: index) { address.replaceSubrange(4..<8, with: $0) }
        let socket = try FrameReceiver.open(name)
        let number = socket.rawValue
        // A frame that went through XDP holds a page of the buffer: the usual one is full after 49.
        var bytes: Int32 = 16 << 20
        try FrameReceiver.check(
            setsockopt(
                number, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, socklen_t(MemoryLayout<Int32>.size)),
            name)
        var on: Int32 = 1
        // SOL_PACKET, PACKET_IGNORE_OUTGOING (Linux 4.20).
        try FrameReceiver.check(
            setsockopt(number, 263, 23, &on, socklen_t(MemoryLayout<Int32>.size)), name)
        try FrameReceiver.check(
            address.withUnsafeBytes { bytes in
                bind(
                    number, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                    socklen_t(bytes.count))
            }, name)
        descriptor = socket
    }

    private static func open(_ name: String) throws -> OwnedDescriptor {
        let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        return OwnedDescriptor(owning: try check(socket(AF_PACKET, kind, 0), name))
    }

    @discardableResult
    private static func check(_ status: Int32, _ name: String) throws -> Int32 {
        guard status >= 0 else {
            throw SystemError(
                attempt: "open packet socket", subject: name, errno: Errno(rawValue: errno))
        }
        return status
    }

    /// Receives until `expected` frames like this one have come or no frame did for `quiet`.
    ///
    /// - Returns: How many came. To prove that no more than n do, expect n + 1.
    public func count(
        of frame: [UInt8], expecting expected: Int = .max, quiet: Duration = .milliseconds(300)
    ) -> Int {
        var count = 0
        var bytes = [UInt8](repeating: 0, count: 65536)
        while count < expected {
            var polled = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, Int32(quiet / .milliseconds(1))) > 0 else { break }
            let length = recv(descriptor.rawValue, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if length == frame.count, bytes.prefix(frame.count).elementsEqual(frame) { count += 1 }
        }
        return count
    }

    /// Receives `expected` frames like this one, with time enough for a busy machine, and what little
    /// may come beyond them.
    ///
    /// - Returns: How many came, at most `expected + 1`.
    public func count(of frame: [UInt8], exactly expected: Int) -> Int {
        count(of: frame, expecting: expected, quiet: .seconds(5)) + count(of: frame, expecting: 1)
    }
}
