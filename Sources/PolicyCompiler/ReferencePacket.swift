internal import NetTypes

/// A frame as rules see it: what it has of each field.
///
/// - `family` and `ethertype` look at the type behind VLAN tags, `vlan` at the outermost tag: every
///   frame has those, and on TC and cgroup hooks every packet has a mark. Every other field is of IP packets only.
/// - The addresses, `length`, `ttl` and `dscp` are of every IP packet.
/// - `proto` and `fragment` are of every IP packet, `ext-header` of every IPv6 packet, readable
///   where the chain of extension headers is.
/// - `sport`, `dport`, `tcp-flags` and `icmp-type` are of packets whose protocol has them, but not
///   of later fragments; see ``ReferenceTransport``.
struct ReferencePacket: Sendable {
    /// The type behind VLAN tags.
    let etherType: UInt16
    /// The identifier of the outermost tag; nil without any.
    let vlan: UInt16?
    private(set) var source = ReferenceField<IPAddress>.absent
    private(set) var destination = ReferenceField<IPAddress>.absent
    /// Bytes of the L3 packet: what IPv4 calls total length; IPv6, its header included. A packet
    /// longer than 65,535 bytes counts as one of 65,535, which is as far as `length` goes.
    private(set) var length = ReferenceField<UInt16>.absent
    /// Time to live, or hop limit.
    private(set) var ttl = ReferenceField<UInt8>.absent
    /// Differentiated services code point.
    private(set) var dscp = ReferenceField<UInt8>.absent
    /// Behind the extension headers of IPv6.
    private(set) var proto = ReferenceField<IPProtocol>.absent
    /// Whether it is one, the first included.
    private(set) var fragment = ReferenceField<Bool>.absent
    /// The headers that were walked; none of a packet of IPv4, where AH is a protocol.
    private(set) var extHeaders = ReferenceField<Set<ExtensionHeader>>.absent
    /// The mark that the kernel keeps with the packet; a frame on XDP is no packet of its own yet.
    let mark: ReferenceField<UInt32>
    /// The L4 header.
    private(set) var transport = ReferenceTransport.none

    /// Why something cannot be read; nil when everything can.
    ///
    /// Not nil does not mean that a field which a rule needs is unreadable.
    var unreadable: Reason? { transport.unreadable }

    /// Whether it is neither IPv4 nor IPv6: ARP, LLDP and the like.
    var isNonIP: Bool {
        if case .absent = source { true } else { false }
    }

    /// Reads the link layer, the L3 header and what is behind.
    ///
    /// - Throws: ``ReferenceRefusal`` when Linux would refuse the L3 header for its form.
    init(_ packet: SeenPacket) throws(ReferenceRefusal) {
        let frame = try ReferenceFrame(packet)
        mark = packet.mark.map(ReferenceField.value) ?? .absent
        etherType = frame.type
        vlan = frame.vlan
        switch frame.type {
        case 0x0800: fill(try ReferenceIPv4(frame.payload))
        case 0x86dd: fill(try ReferenceIPv6(frame.payload))
        default: break
        }
    }

    private mutating func fill(_ ip: ReferenceIPv4) {
        source = .value(.v4(ip.source))
        destination = .value(.v4(ip.destination))
        length = .value(UInt16(clamping: ip.length))
        ttl = .value(ip.ttl)
        dscp = .value(ip.dscp)
        proto = .value(ip.proto)
        fragment = .value(ip.isFragment)
        transport = ip.isLaterFragment ? .none : ReferenceTransport(ip.proto, ip.payload)
    }

    private mutating func fill(_ ip: ReferenceIPv6) {
        source = .value(.v6(ip.source))
        destination = .value(.v6(ip.destination))
        length = .value(UInt16(clamping: ip.length))
        ttl = .value(ip.ttl)
        dscp = .value(ip.dscp)
        switch ip.end {
        case .unwalked(let reason):
            proto = .unreadable
            fragment = .unreadable
            extHeaders = .unreadable
            transport = .unknown(reason)
            return
        case .laterFragment(let proto): self.proto = .value(proto)
        case .transport(let proto, let bytes):
            self.proto = .value(proto)
            transport = ReferenceTransport(proto, bytes)
        }
        fragment = .value(ip.chain.hasFragment)
        extHeaders = .value(ip.chain.headers)
    }
}
