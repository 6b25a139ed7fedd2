internal import LinuxSystem
internal import Netlink

/// The sockets of this host in all network namespaces, and whose they are: what `netctl sockets` shows.
public struct SocketTable: Sendable {
    /// A socket.
    public struct Entry: Sendable {
        /// The kernel's number of the socket.
        public let cookie: UInt64
        /// `IPPROTO_*`.
        public let proto: UInt8
        /// `SOCK_*`; 3 is raw.
        public let type: UInt8
        /// Of TCP.
        public let state: SocketState?
        /// Its own end.
        public let local: SocketRecord.Endpoint
        /// The other end.
        public let remote: SocketRecord.Endpoint
        /// The inode of its network namespace.
        public let netns: UInt64
        /// The user that made it.
        public let uid: UInt32
        /// The processes that hold it in a descriptor, or, of one that none holds, the one that is
        /// known to own it: of a connection that nobody has accepted yet, who owns the listener.
        /// First the one that was last seen to do something with it.
        public let owners: [SocketOwner]
        /// How the first one is known.
        public let origin: SocketOrigin
        /// The process that called `socket()`.
        public let creator: Int32?
        /// Bytes to be read; of a listener connections to be accepted.
        public let receiveQueue: UInt32?
        /// Bytes to be sent; of a listener the most connections that may wait.
        public let sendQueue: UInt32?
        /// Packets that it did not take, for want of room or for a filter; of a listener connections.
        public let drops: UInt32?

        /// `tcp`, `udp`, `raw:1`.
        public var protocolWord: String {
            switch (proto, type) {
            case (_, 3): "raw:\(proto)"
            case (6, _): "tcp"
            case (17, _): "udp"
            case (1, _), (58, _): "ping"
            case (132, _): "sctp"
            default: "\(proto)"
            }
        }

        /// A listener whose queue is full now: it takes no connection.
        public var hasFullQueue: Bool {
            guard state == .listen, let receiveQueue, let sendQueue else { return false }
            return receiveQueue > sendQueue
        }
    }

    /// The sockets, listeners first, by port.
    public let entries: [Entry]
    /// Connections of all listeners of a namespace that found a full queue (`TcpExt ListenOverflows`),
    /// by the namespace's inode.
    public let listenOverflows: [UInt64: UInt64]
    /// Whether a context was on, that saw who made and used the sockets.
    public let hasContext: Bool
    /// How the holders were found.
    public let method: SocketScan.Method
    /// What could not be listed, and why.
    public let failures: [String]

    /// Looks.
    ///
    /// - Throws: ``TracingError``, with `.unsupported` for want of privileges.
    public static func now() throws(TracingError) -> SocketTable {
        let context = try ContextSwitch.current()
        try context?.sweepIfDue()
        let live = try LiveSockets.now()
        let scan = try SocketScan.now()
        var known: [UInt64: SocketRecord] = [:]
        for record in try context?.records() ?? [] { known[record.cookie] = record }
        return SocketTable(live: live, scan: scan, known: known, hasContext: context != nil)
    }

    init(
        live: LiveSockets, scan: SocketScan, known: [UInt64: SocketRecord], hasContext: Bool
    ) {
        let listed = Set(live.entries.map(\.socket.cookie))
        // Diagnostics have no raw sockets: those come from the processes that hold them.
        let others = scan.records.values.filter {
            !listed.contains($0.cookie) && ($0.type == 3 || $0.local.port != 0)
        }
        let all =
            live.entries.map { Entry($0, scan: scan, known: known[$0.socket.cookie]) }
            + others.map { Entry($0, scan: scan, known: known[$0.cookie]) }
        entries = all.sorted { $0.order < $1.order }
        listenOverflows = live.listenOverflows
        method = scan.method
        failures = live.failures
        self.hasContext = hasContext
    }
}

extension SocketTable.Entry {
    /// A bound socket.
    fileprivate init(_ entry: LiveSockets.Entry, scan: SocketScan, known: SocketRecord?) {
        let socket = entry.socket
        let owner = Ownership(of: socket.cookie, scan: scan, known: known)
        self.init(
            cookie: socket.cookie, proto: socket.proto, type: socket.proto == 6 ? 1 : 2,
            state: socket.proto == 6 ? SocketState(rawValue: socket.state) : nil,
            local: .init(address: socket.local, port: socket.localPort),
            remote: .init(address: socket.remote, port: socket.remotePort),
            netns: entry.netns.inode, uid: socket.uid, owners: owner.owners, origin: owner.origin,
            creator: known?.creator, receiveQueue: socket.receiveQueue,
            sendQueue: socket.sendQueue, drops: socket.drops)
    }

    /// A socket that a process holds.
    fileprivate init(_ record: SocketRecord, scan: SocketScan, known: SocketRecord?) {
        let owner = Ownership(of: record.cookie, scan: scan, known: known)
        self.init(
            cookie: record.cookie, proto: record.proto, type: record.type, state: record.state,
            local: record.local, remote: record.remote, netns: record.netns,
            uid: record.owner.uid, owners: owner.owners, origin: owner.origin,
            creator: known?.creator, receiveQueue: nil, sendQueue: nil, drops: nil)
    }

    fileprivate var order: (Int, String, UInt16, UInt64) {
        (state == .listen ? 0 : remote.port == 0 ? 1 : 2, protocolWord, local.port, cookie)
    }
}

/// Who owns a socket, of those that hold it and the one that was seen.
struct Ownership: Equatable {
    private(set) var owners: [SocketOwner]
    private(set) var origin: SocketOrigin

    /// Puts together what is known. A process that has ended and does not hold the socket any more
    /// owns nothing that others hold: it would be a wrong name.
    init(of cookie: UInt64, scan: SocketScan, known: SocketRecord?) {
        self.init(holders: scan.holders[cookie] ?? [], known: known)
    }

    init(holders: [SocketOwner], known: SocketRecord?) {
        guard let known else {
            owners = holders
            origin = holders.isEmpty ? .unknown : .scan
            return
        }
        if let index = holders.firstIndex(where: { known.owner.isSame(as: $0) }) {
            owners = [holders[index]] + holders[..<index] + holders[(index + 1)...]
            origin = known.origin
        } else if holders.isEmpty {
            owners = [known.owner]
            origin = known.origin
        } else {
            owners = holders
            origin = .scan
        }
    }
}

extension SocketOwner {
    /// Whether this is the same process, whatever it is called by now.
    func isSame(as other: SocketOwner) -> Bool {
        pid == other.pid && startTicks == other.startTicks
    }
}
