public import NetTypes

/// The keys of a `match:` or a `not:`. A key that is nil says nothing; a list means any of its
/// elements. A key matches only packets that have the field.
public struct MatchKeys: Equatable, Sendable {
    /// Source addresses.
    public var src: [AddressTerm]?
    /// Destination addresses.
    public var dst: [AddressTerm]?
    /// Transport protocols.
    public var proto: [IPProtocol]?
    /// Source ports of TCP, UDP and SCTP.
    public var sport: [PortTerm]?
    /// Destination ports of TCP, UDP and SCTP.
    public var dport: [PortTerm]?
    /// Flags of TCP.
    public var tcpFlags: [TCPFlagsTerm]?
    /// Types and codes of ICMP and ICMPv6.
    public var icmpType: [ICMPTerm]?
    /// The L3 protocol by name; the same field as ``etherType``.
    public var family: [EtherType]?
    /// The Ethernet type after VLAN tags.
    public var etherType: [ClosedRange<UInt16>]?
    /// The outermost VLAN tag.
    public var vlan: [VLANTerm]?
    /// Whether the packet is a fragment, the first one included.
    public var fragment: Bool?
    /// Bytes of the L3 packet.
    public var length: [ClosedRange<UInt16>]?
    /// Time to live, or hop limit.
    public var ttl: [ClosedRange<UInt8>]?
    /// Differentiated services code point, 0 to 63.
    public var dscp: [ClosedRange<UInt8>]?
    /// IPv6 extension headers, any of which is there.
    public var extHeader: [ExtensionHeader]?
    /// The mark that the kernel keeps with a packet (`skb->mark`); no part of the packet.
    public var mark: [ClosedRange<UInt32>]?

    /// Makes keys, none unless given.
    public init(
        src: [AddressTerm]? = nil, dst: [AddressTerm]? = nil, proto: [IPProtocol]? = nil,
        sport: [PortTerm]? = nil, dport: [PortTerm]? = nil, tcpFlags: [TCPFlagsTerm]? = nil,
        icmpType: [ICMPTerm]? = nil, family: [EtherType]? = nil,
        etherType: [ClosedRange<UInt16>]? = nil, vlan: [VLANTerm]? = nil, fragment: Bool? = nil,
        length: [ClosedRange<UInt16>]? = nil, ttl: [ClosedRange<UInt8>]? = nil,
        dscp: [ClosedRange<UInt8>]? = nil, extHeader: [ExtensionHeader]? = nil,
        mark: [ClosedRange<UInt32>]? = nil
    ) {
        self.src = src
        self.dst = dst
        self.proto = proto
        self.sport = sport
        self.dport = dport
        self.tcpFlags = tcpFlags
        self.icmpType = icmpType
        self.family = family
        self.etherType = etherType
        self.vlan = vlan
        self.fragment = fragment
        self.length = length
        self.ttl = ttl
        self.dscp = dscp
        self.extHeader = extHeader
        self.mark = mark
    }
}
