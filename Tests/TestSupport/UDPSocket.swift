internal import CTestSupport
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A bound UDP socket for live tests.
///
/// It belongs to the namespace of the thread that made it, and may then be used on any.
public struct UDPSocket: ~Copyable, Sendable {
    private let descriptor: OwnedDescriptor
    /// The port it is bound to, host order.
    public let port: UInt16

    /// Binds a socket.
    ///
    /// - Parameters:
    ///   - address: A local IPv4 or IPv6 address; a sender's source address.
    ///   - port: Host order; 0 lets the kernel choose.
    ///   - cgroup: Where the process is that makes it; nil: this one. Whoever uses the socket, its
    ///     packets are judged there.
    /// - Throws: `SystemError` with `EINVAL` if `address` is none.
    public init(bound address: String, port: UInt16 = 0, in cgroup: TestCgroup? = nil) throws {
        let descriptor = try UDPSocket.bound(address, port: port, in: cgroup)
        self.port = try UDPSocket.localPort(descriptor.rawValue)
        self.descriptor = descriptor
    }

    private static func bound(
        _ address: String, port: UInt16, in cgroup: TestCgroup?
    ) throws -> OwnedDescriptor {
        guard let local = SocketAddress(address, port: port) else {
            throw error("bind", address, EINVAL)
        }
        let number: Int32
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        if let cgroup {
            let procs = "\(cgroup.directory)/cgroup.procs"
            number = netctl_socket_in_cgroup(procs, local.family, type, 0)
            guard number >= 0 else { throw error("open socket in cgroup", procs, -number) }
        } else {
            number = socket(local.family, type, 0)
            guard number >= 0 else { throw error("open socket", address, errno) }
        }
        let descriptor = OwnedDescriptor(owning: number)
        // A child of a parallel test may hold a copy of a closed socket until it calls exec.
        for _ in 0..<1000 {
            if local.withAddress({ bind(number, $0, $1) }) == 0 { return descriptor }
            guard errno == EADDRINUSE else { break }
            usleep(5000)
        }
        throw error("bind", "\(address) port \(port)", errno)
    }

    /// The kernel's number of the socket (`SO_COOKIE`); asking for it makes one.
    public var cookie: UInt64 {
        var cookie: UInt64 = 0
        var length = socklen_t(MemoryLayout<UInt64>.size)
        // SOL_SOCKET, SO_COOKIE
        guard getsockopt(descriptor.rawValue, 1, 57, &cookie, &length) == 0 else { return 0 }
        return cookie
    }

    /// Sends datagrams.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - address: Where to, of the socket's own family.
    ///   - port: The destination port, host order.
    ///   - payload: The content of each.
    /// - Throws: `SystemError` with the errno of `sendto(2)`: `EPERM` where a cgroup's program
    ///   dropped a datagram.
    public borrowing func send(
        _ count: Int = 1, to address: String, port: UInt16, payload: [UInt8] = Array("netctl".utf8)
    ) throws {
        guard let remote = SocketAddress(address, port: port) else {
            throw UDPSocket.error("send", address, EINVAL)
        }
        let number = descriptor.rawValue
        for _ in 0..<count {
            let sent = remote.withAddress {
                sendto(number, payload, payload.count, 0, $0, $1)
            }
            guard sent == payload.count else {
                throw UDPSocket.error("send", "\(address) port \(port)", errno)
            }
        }
    }

    /// Has the kernel cut what is sent into datagrams, which stay one packet as far as they can
    /// (`UDP_SEGMENT`, Linux 4.18).
    ///
    /// - Parameter bytes: The payload of each; the last may have less.
    /// - Throws: `SystemError`.
    public borrowing func segment(by bytes: Int32) throws {
        var bytes = bytes
        let length = socklen_t(MemoryLayout<Int32>.size)
        // SOL_UDP, UDP_SEGMENT
        guard setsockopt(descriptor.rawValue, 17, 103, &bytes, length) == 0 else {
            throw UDPSocket.error("segment datagrams", "port \(port)", errno)
        }
    }

    /// Sends datagrams that a cgroup's program may drop.
    ///
    /// - Returns: How many it has dropped, which is what `EPERM` says.
    /// - Throws: `SystemError` for any other failure.
    public borrowing func offer(
        _ count: Int, to address: String, port: UInt16, payload: [UInt8] = Array("netctl".utf8)
    ) throws -> Int {
        var refused = 0
        for _ in 0..<count {
            do {
                try send(to: address, port: port, payload: payload)
            } catch let error as SystemError where error.errno == .notPermitted {
                refused += 1
            }
        }
        return refused
    }

    /// Receives until `expected` datagrams have come or none did for `quiet`.
    ///
    /// - Returns: How many came. To prove that no more than n do, expect n + 1.
    public borrowing func receive(
        expecting expected: Int = .max, quiet: Duration = .milliseconds(300)
    ) -> Int {
        var count = 0
        while count < expected, receive(within: quiet) != nil { count += 1 }
        return count
    }

    /// Receives `expected` datagrams, with time enough for a busy machine, and what little may come
    /// beyond them.
    ///
    /// - Returns: How many came, at most `expected + 1`.
    public borrowing func receive(exactly expected: Int) -> Int {
        receive(expecting: expected, quiet: .seconds(5)) + receive(expecting: 1)
    }

    /// The payload of the next datagram; nil if none comes in time.
    public borrowing func receive(within limit: Duration) -> [UInt8]? {
        let milliseconds = Int32(limit / .milliseconds(1))
        var polled = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, milliseconds) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor.rawValue, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    private static func localPort(_ number: Int32) throws -> UInt16 {
        var storage = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(number, $0, &length)
            }
        }
        guard status == 0 else { throw error("read local port", "socket", errno) }
        // The port is at the same place in both kinds of address.
        return UInt16(bigEndian: storage.sin6_port)
    }

    private static func error(_ attempt: String, _ subject: String, _ number: Int32) -> SystemError
    {
        SystemError(attempt: attempt, subject: subject, errno: Errno(rawValue: number))
    }
}
