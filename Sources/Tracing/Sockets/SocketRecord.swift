internal import LinuxSystem
internal import NetctlABI
public import NetTypes

/// A socket and whose it is, as ``SocketContext`` knows it.
public struct SocketRecord: Hashable, Sendable {
    /// The kernel's number of the socket, never used again.
    public let cookie: UInt64
    /// The process that was last seen to do something with it that names it for certain.
    public let owner: SocketOwner
    /// What that was.
    public let origin: SocketOrigin
    /// The process that called `socket()`; nil if nobody saw it.
    public let creator: Int32?
    /// The inode of the network namespace.
    public let netns: UInt64
    /// `AF_INET`, `AF_INET6`.
    public let family: UInt8
    /// `IPPROTO_*`.
    public let proto: UInt8
    /// `SOCK_*`.
    public let type: UInt8
    /// Of TCP.
    public let state: SocketState?
    /// Its own end.
    public let local: Endpoint
    /// The other end: what it is connected to, or has last sent to.
    public let remote: Endpoint
    /// When it was first seen, in ns since boot.
    public let created: UInt64
    /// When it was closed, in ns since boot; nil: it is open.
    public let closed: UInt64?
    /// The state that it was closed in.
    public let closedIn: SocketState?
    /// Whether the other end has reset the connection.
    public let wasReset: Bool
    /// Whether this end has.
    public let hasReset: Bool
    /// Packets sent again, as far as somebody was counting.
    public let retransmits: UInt32

    /// One end of a connection.
    public struct Endpoint: Hashable, Sendable {
        /// Unspecified if it is not bound to one.
        public let address: IPAddress
        /// 0: none.
        public let port: UInt16

        /// An end.
        public init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }

        /// `192.0.2.1:80`, `[2001:db8::1]:80`, `*:80`.
        public var text: String {
            let host =
                switch address {
                case .v4(let address) where address.bits == 0: "*"
                case .v6(let address) where address.bits == 0: "*"
                case .v4(let address): "\(address)"
                case .v6(let address): "[\(address)]"
                }
            return "\(host):\(port == 0 ? "*" : "\(port)")"
        }

        /// Whether it is a particular address.
        public var isBound: Bool { !text.hasPrefix("*") }
    }
}

extension SocketRecord {
    init(_ record: netctl_socket) {
        cookie = record.cookie
        owner = SocketOwner(
            pid: Int32(bitPattern: record.tgid), tid: Int32(bitPattern: record.tid),
            uid: record.uid, comm: text(record.comm), cgroupID: record.cgroup_id,
            startTicks: LinuxProcess.ticks(fromBootNanoseconds: record.task_start))
        origin = SocketOrigin(abi: record.origin)
        creator = record.creator == 0 ? nil : Int32(bitPattern: record.creator)
        netns = UInt64(record.netns)
        family = record.family
        proto = record.protocol
        type = record.type
        state = SocketState(rawValue: record.state)
        local = Endpoint(
            address: address(record.local, family: record.family), port: record.local_port)
        remote = Endpoint(
            address: address(record.remote, family: record.family), port: record.remote_port)
        created = record.created
        closed = record.closed == 0 ? nil : record.closed
        closedIn = SocketState(rawValue: record.closed_in)
        wasReset = Int(record.flags) & NETCTL_SOCKET_RESET_RECEIVED != 0
        hasReset = Int(record.flags) & NETCTL_SOCKET_RESET_SENT != 0
        retransmits = record.retransmits
    }
}

/// A fixed `char[]` of C, up to its zero; what is not UTF-8 is repaired.
func text<Characters: BitwiseCopyable>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// An address of 16 bytes in network order, of which IPv4 uses the first four.
func address<Bytes: BitwiseCopyable>(_ bytes: Bytes, family: UInt8) -> IPAddress {
    withUnsafeBytes(of: bytes) { bytes in
        if family == 2 {
            return .v4(IPv4Address(bits: UInt32(bigEndian: bytes.load(as: UInt32.self))))
        }
        let bits = UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))
        return IPAddress.v6(IPv6Address(bits: bits)).unmapped
    }
}
