public import NetTypes
public import Policy
public import PolicyCompiler

/// What happened, to which packet or request, and whose it was. What is not known is nil.
public struct Event: Sendable {
    /// When, in ns since boot.
    public let time: UInt64
    /// Where.
    public let hook: EventHook
    /// What became of it.
    public let verdict: Verdict
    /// Why: one of netctl's reasons, or the kernel's own name of one: `NEIGH_FAILED`.
    public let reason: String
    /// The rule that decided, or counted.
    public let rule: String?
    /// Whether the rule only counted.
    public let isCounted: Bool
    /// The policy in force there.
    public let policy: String?
    /// The interface's name.
    public let interface: String?
    /// The network namespace.
    public let netns: Netns?
    /// The cgroup of the attachment: its path below the mount.
    public let cgroup: String?
    /// Of a drop of the kernel's: the function that dropped the packet.
    public let location: String?
    /// The packet.
    public let packet: PacketFacts?
    /// The request for a device.
    public let request: DeviceRequest?
    /// Where it came from. Of a request for a device: who asks.
    public internal(set) var source: Party
    /// Where it was to go.
    public internal(set) var destination: Party
    /// How many events like it were held back since the last one that was not.
    public let suppressed: UInt64
    /// The packet's headers, when they were asked for.
    public let bytes: [UInt8]
    /// Whether `bytes` begin with an Ethernet header; otherwise with L3.
    public let hasEthernet: Bool
    /// The interface's index.
    let interfaceIndex: UInt32

    /// A network namespace.
    public struct Netns: Hashable, Sendable {
        /// Its inode.
        public let inode: UInt64
        /// What to call it; nil: it is process 1's.
        public let name: String?
    }

    /// One end.
    public struct Party: Sendable {
        /// Its address.
        public var address: IPAddress?
        /// Its port, of protocols that have ports.
        public var port: UInt16?
        /// The kernel's number of its socket on this host; 0: not known.
        public var cookie: UInt64 = 0
        /// How the socket was found.
        public var how: JoinMethod?
        /// The process that the socket belongs to.
        public var owner: EventOwner?
    }
}

/// What a packet is.
public struct PacketFacts: Sendable {
    /// After VLAN tags.
    public let etherType: UInt16
    /// Behind IPv6 extension headers; nil: it is not IP.
    public let proto: IPProtocol?
    /// Of TCP.
    public let tcpFlags: TCPFlags?
    /// Of ICMP.
    public let icmp: (type: UInt8, code: UInt8)?
    /// Whether it is a fragment.
    public let isFragment: Bool
    /// Bytes, with an Ethernet header where the hook sees one.
    public let length: Int
}

/// How an event's socket was found. The order is from sure to less sure.
public enum JoinMethod: String, Sendable, CaseIterable {
    /// The process itself asked.
    case task
    /// The packet carries it.
    case skb
    /// The kernel was handing the packet to it.
    case receiver
    /// The packet carries a handshake of this listener.
    case listener
    /// The addresses lead to it.
    case lookup
}

/// The process that an event is about.
public struct EventOwner: Sendable {
    /// The process.
    public let pid: Int32
    /// Its name, as it is; ``printable(_:)`` makes it fit to print.
    public let comm: String
    /// Its user.
    public let uid: UInt32
    /// Its cgroup: the path below the mount.
    public let cgroup: String?
    /// Its unit of systemd's.
    public let unit: String?
    /// The id of its container.
    public let container: String?
    /// What tied the socket to it: `connect`, `inherit`, `scan`; nil when no socket was asked.
    public let origin: String?
}
