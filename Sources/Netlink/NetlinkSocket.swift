internal import CLibmnl
internal import Glibc
internal import SystemPackage

/// A netlink socket, in the network namespace where it was opened.
///
/// It stays in that namespace whatever its thread does later.
public struct NetlinkSocket: ~Copyable {
    private let socket: OpaquePointer
    private let portID: UInt32
    private var sequence: UInt32 = 0

    /// What a socket is about.
    public enum Family: String, Sendable {
        /// `NETLINK_ROUTE`: interfaces, qdiscs, filters.
        case route
        /// `NETLINK_SOCK_DIAG`: the sockets of other processes.
        case sockets

        fileprivate var number: Int32 {
            switch self {
            case .route: NETLINK_ROUTE
            case .sockets: NETLINK_SOCK_DIAG
            }
        }
    }

    /// What the kernel tells of without being asked, as bits of `RTMGRP_…`.
    struct Groups: OptionSet {
        let rawValue: UInt32

        /// Links that come, change and go.
        static let links = Groups(rawValue: UInt32(RTMGRP_LINK))
        /// Qdiscs and filters.
        static let trafficControl = Groups(rawValue: UInt32(RTMGRP_TC))
    }

    /// Opens a socket in the calling thread's network namespace, with extended
    /// acknowledgements and strict checking where the kernel has them.
    ///
    /// - Parameter family: What it is about.
    /// - Throws: ``NetlinkError``.
    public init(_ family: Family = .route) throws(NetlinkError) {
        try self.init(family, groups: [])
    }

    /// The same, told of what happens, too.
    init(_ family: Family = .route, groups: Groups) throws(NetlinkError) {
        do {
            socket = try NetlinkSocket.open(family, groups)
        } catch {
            throw error.error("open netlink socket", family.rawValue)
        }
        portID = mnl_socket_get_portid(socket)
    }

    private static func open(
        _ family: Family, _ groups: Groups
    ) throws(NetlinkFailure) -> OpaquePointer {
        guard let socket = mnl_socket_open2(family.number, Int32(SOCK_CLOEXEC.rawValue)) else {
            throw .system
        }
        // No port is asked for: the kernel chooses one, for this may not be our only socket.
        guard mnl_socket_bind(socket, groups.rawValue, 0) == 0 else {
            let failure = NetlinkFailure.system
            mnl_socket_close(socket)
            throw failure
        }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // Best effort: since Linux 4.12, 4.20 and 4.3, and replies can be read without them.
        for option in [NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK, NETLINK_CAP_ACK] {
            mnl_socket_setsockopt(socket, option, &on, size)
        }
        // The kernel answers within the request; the bound only keeps a bug from hanging us.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(
            mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &limit,
            socklen_t(MemoryLayout<timeval>.size))
        return socket
    }

    deinit {
        mnl_socket_close(socket)
    }

    /// The socket's descriptor, for requests that are not netlink.
    var fd: Int32 { mnl_socket_get_fd(socket) }

    /// Sends a request and gathers its replies until the acknowledgement.
    mutating func request(_ message: MessageBuilder) throws(NetlinkFailure) -> [NetlinkMessage] {
        try exchange(message).replies
    }

    /// Sends a dump request and gathers everything; starts again, a bounded number of times,
    /// when what is dumped changes meanwhile or replies are lost.
    mutating func dump(_ message: MessageBuilder) throws(NetlinkFailure) -> [NetlinkMessage] {
        for _ in 0..<10 {
            do {
                let collector = try exchange(message)
                if !collector.wasInterrupted { return collector.replies }
            } catch  where error.errno == .noBufferSpace {
                continue
            }
        }
        throw NetlinkFailure(
            errno: .resourceTemporarilyUnavailable, reason: "it changes faster than it can be read")
    }

    private mutating func exchange(
        _ message: MessageBuilder
    ) throws(NetlinkFailure) -> ReplyCollector {
        sequence += 1
        var collector = ReplyCollector(sequence: sequence, portID: portID)
        try send(message.finished(sequence: sequence))
        while try !collector.take(receive()) {}
        return collector
    }

    private borrowing func send(_ bytes: [UInt8]) throws(NetlinkFailure) {
        while mnl_socket_sendto(socket, bytes, bytes.count) < 0 {
            let failure = NetlinkFailure.system
            guard failure.errno == .interrupted else { throw failure }
        }
    }

    /// The next datagram from the kernel, whole.
    ///
    /// - Parameter flags: How `recv(2)` is to wait.
    /// - Returns: Its bytes.
    /// - Throws: What went wrong, with `ENOBUFS` when the kernel had more than the socket has room for.
    borrowing func receive(_ flags: Int32 = 0) throws(NetlinkFailure) -> [UInt8] {
        while true {
            // Length first: a link with many virtual functions exceeds any fixed buffer.
            let length = recv(fd, nil, 0, Int32(MSG_PEEK | MSG_TRUNC) | flags)
            guard length >= 0 else {
                let failure = NetlinkFailure.system
                if failure.errno == .interrupted { continue }
                throw failure
            }
            guard length <= NetlinkSocket.maximumDatagram else {
                throw .malformed("datagram of \(length) bytes")
            }
            // The kernel sizes a dump's next part by the room of this one.
            var bytes = [UInt8](repeating: 0, count: max(length, 32768))
            var sender = sockaddr_nl()
            var senderLength = socklen_t(MemoryLayout<sockaddr_nl>.size)
            let count = withUnsafeMutablePointer(to: &sender) { sender in
                sender.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(
                        fd, &bytes, bytes.count, Int32(MSG_TRUNC) | flags, $0, &senderLength)
                }
            }
            guard count >= 0 else {
                let failure = NetlinkFailure.system
                if failure.errno == .interrupted { continue }
                throw failure
            }
            // Another process may write to our port; only the kernel is port 0.
            guard sender.nl_pid == 0 else { continue }
            guard count <= bytes.count else { throw .malformed("datagram cut to \(bytes.count)") }
            bytes.removeLast(bytes.count - count)
            return bytes
        }
    }

    private static let maximumDatagram = 16 << 20
}

extension NetlinkFailure {
    /// The calling thread's `errno`; read it before any other call.
    static var system: NetlinkFailure { NetlinkFailure(errno: Errno(rawValue: Glibc.errno)) }
}
