public import NetTypes

/// A packet as people describe it: by the keys of a match, one value each. What is not given is
/// filled in, so that every description that does not contradict itself is one frame.
///
/// - Addresses: 192.0.2.1 to 192.0.2.2, or 2001:db8::1 to 2001:db8::2.
/// - The family: IPv4, unless an address, `icmpv6` or an extension header says IPv6.
/// - The protocol: TCP where there are ports or flags, ICMP where there is a type, else 253, which
///   is for experiments.
/// - Ports: 40000 to 40001. TCP flags: `syn`. ICMP: an echo request. TTL: 64.
public struct PacketDescription: Hashable, Sendable {
    /// What can be said of a packet. The raw value is the key of a match.
    public enum Key: String, CaseIterable, Sendable {
        case src, dst, proto, sport, dport
        case tcpFlags = "tcp-flags"
        case icmpType = "icmp-type"
        case family
        case etherType = "ethertype"
        case vlan, fragment, length, ttl, dscp
        case extHeader = "ext-header"
        case mark
    }

    /// A type and a code of ICMP or ICMPv6.
    public struct ICMPMessage: Hashable, Sendable {
        /// Whose they are: nil when both have it, so that the family decides.
        public var proto: IPProtocol?
        /// The type's number, by protocol.
        public var icmp: UInt8?
        /// The number that ICMPv6 gives it.
        public var icmpv6: UInt8?
        /// The code.
        public var code: UInt8

        /// Makes a message of numbers that the protocols give to one name; nil where there is none.
        public init(icmp: UInt8?, icmpv6: UInt8?, code: UInt8 = 0) {
            self.icmp = icmp
            self.icmpv6 = icmpv6
            self.code = code
            proto = icmpv6 == nil ? .icmp : icmp == nil ? .icmpv6 : nil
        }
    }

    /// The source; of ARP the sender.
    public var src: IPAddress?
    /// The destination; of ARP the target.
    public var dst: IPAddress?
    /// The transport protocol.
    public var proto: IPProtocol?
    /// The source port.
    public var sport: UInt16?
    /// The destination port.
    public var dport: UInt16?
    /// The flags that are set.
    public var tcpFlags: TCPFlags?
    /// The type of ICMP or ICMPv6.
    public var icmpType: ICMPMessage?
    /// The L3 protocol by name.
    public var family: EtherType?
    /// The L3 protocol by number.
    public var etherType: EtherType?
    /// The VLAN's identifier; nil without a tag.
    public var vlan: UInt16?
    /// Whether it is the first one of several fragments.
    public var fragment: Bool?
    /// Bytes of the L3 packet.
    public var length: UInt16?
    /// Time to live, or hop limit.
    public var ttl: UInt8?
    /// Differentiated services code point, 0 to 63.
    public var dscp: UInt8?
    /// An IPv6 extension header.
    public var extHeader: ExtensionHeader?
    /// The mark that the kernel keeps with the packet; no part of its bytes.
    public var mark: UInt32?

    /// Nothing is said.
    public init() {}
}

/// Why a description is no packet.
public struct PacketConflict: Error, Hashable, Sendable {
    /// The key to blame.
    public let key: PacketDescription.Key
    /// What is wrong: `'dport' needs tcp, udp or sctp, and 'proto' is icmp`.
    public let message: String
}
