internal import NetTypes

extension PacketDescription {
    /// The frame, from its Ethernet header on.
    ///
    /// - Throws: ``PacketConflict`` when what is said contradicts itself.
    public func frame() throws(PacketConflict) -> [UInt8] {
        let type = try resolvedType()
        let link = Packet.ethernet(vlan: vlan.map { [$0] } ?? [])
        switch type {
        case .ipv4, .ipv6: return try frame(link, isIPv6: type == .ipv6)
        case .arp: return try arpFrame(link)
        default:
            try refuseIPKeys(type, also: [.src, .dst])
            // Ethernet's shortest frame: 60 bytes without the checksum.
            return link.raw([UInt8](repeating: 0, count: 46), etherType: type.rawValue).bytes
        }
    }

    // MARK: Which kind of packet

    private func resolvedType() throws(PacketConflict) -> EtherType {
        if let etherType, etherType.rawValue == 0x8100 || etherType.rawValue == 0x88a8 {
            throw PacketConflict(
                key: .etherType, message: "'ethertype' \(etherType) is a VLAN tag; use 'vlan'")
        }
        if let family, let etherType, family != etherType {
            throw PacketConflict(
                key: .etherType,
                message: "'ethertype' is \(etherType.hexadecimal), and 'family' is \(family)")
        }
        if let said = family ?? etherType { return said }
        if let address = src ?? dst { return address.etherType }
        let isICMPv6 = proto == .icmpv6 || proto == nil && icmpType?.proto == .icmpv6
        return extHeader != nil || isICMPv6 ? .ipv6 : .ipv4
    }

    private func arpFrame(_ link: Packet) throws(PacketConflict) -> [UInt8] {
        try refuseIPKeys(.arp, also: [])
        let (source, destination) = try addresses(Self.documentation4, named: "ARP")
        guard case .v4(let sender) = source, case .v4(let target) = destination else {
            throw PacketConflict(key: .src, message: "ARP is of IPv4 addresses")
        }
        let frame = link.arp(sender: sender, target: target)
        return frame.padded()
    }

    /// A frame that is not IP has none of IP's fields.
    private func refuseIPKeys(_ type: EtherType, also keys: [Key]) throws(PacketConflict) {
        let given: [(Key, Bool)] = [
            (.src, src != nil), (.dst, dst != nil), (.proto, proto != nil), (.sport, sport != nil),
            (.dport, dport != nil), (.tcpFlags, tcpFlags != nil), (.icmpType, icmpType != nil),
            (.fragment, fragment == true), (.length, length != nil), (.ttl, ttl != nil),
            (.dscp, dscp != nil), (.extHeader, extHeader != nil),
        ]
        for (key, isGiven) in given
        where isGiven && (keys.contains(key) || key != .src && key != .dst) {
            throw PacketConflict(
                key: key, message: "'\(key.rawValue)' needs IP, and the frame is \(type)")
        }
    }

    // MARK: Addresses

    private static let documentation4: [IPAddress] = [
        .v4(IPv4Address(bits: 0xc000_0201)), .v4(IPv4Address(bits: 0xc000_0202)),
    ]
    private static let documentation6: [IPAddress] = [
        .v6(IPv6Address(bits: 0x2001_0db8 << 96 | 1)),
        .v6(IPv6Address(bits: 0x2001_0db8 << 96 | 2)),
    ]

    /// Source and destination, defaults filled in, of the family that these defaults are of.
    private func addresses(
        _ defaults: [IPAddress], named family: String
    ) throws(PacketConflict) -> (IPAddress, IPAddress) {
        let type = defaults[0].etherType
        for (key, address, other) in [(Key.dst, dst, src), (.src, src, nil)] {
            guard let address, address.etherType != type else { continue }
            let versions = address.etherType == .ipv6 ? ("IPv6", "IPv4") : ("IPv4", "IPv6")
            throw PacketConflict(
                key: key,
                message: other.map { $0.etherType == type } ?? false
                    ? "'dst' is \(versions.0), and 'src' is \(versions.1)"
                    : "'\(key.rawValue)' is \(versions.0), and the packet is \(family)")
        }
        return (src ?? defaults[0], dst ?? defaults[1])
    }

    // MARK: IP

    private func frame(_ link: Packet, isIPv6: Bool) throws(PacketConflict) -> [UInt8] {
        let (source, destination) = try addresses(
            isIPv6 ? Self.documentation6 : Self.documentation4, named: isIPv6 ? "IPv6" : "IPv4")
        if let extHeader, !isIPv6 {
            throw PacketConflict(
                key: .extHeader,
                message: "'ext-header' \(extHeader.rawValue) needs IPv6, and the packet is IPv4")
        }
        let transport = try transportLayer(isIPv6: isIPv6)
        let whole = { (payload: Int) -> Packet in
            let outer: Packet
            switch (source, destination) {
            case (.v4(let source), .v4(let destination)):
                outer = link.ipv4(src: source, dst: destination, ipv4Fields)
            case (.v6(let source), .v6(let destination)):
                outer = withExtensions(link.ipv6(src: source, dst: destination, ipv6Fields))
            default: preconditionFailure("both addresses are of the family that was asked for")
            }
            return transport(outer, [UInt8](repeating: 0, count: payload))
        }
        guard let length else { return whole(0).bytes }
        let headers = whole(0).bytes.count - link.bytes.count
        guard Int(length) >= headers else {
            throw PacketConflict(
                key: .length,
                message: "'length' is \(length), and its headers have \(headers) bytes")
        }
        return whole(Int(length) - headers).bytes
    }

    private var ipv4Fields: IPv4Fields {
        IPv4Fields(
            trafficClass: (dscp ?? 0) << 2, flags: fragment == true ? 1 : 0, timeToLive: ttl ?? 64)
    }

    private var ipv6Fields: IPv6Fields {
        IPv6Fields(trafficClass: (dscp ?? 0) << 2, hopLimit: ttl ?? 64)
    }

    private func withExtensions(_ packet: Packet) -> Packet {
        let isFragment = fragment == true
        guard let extHeader, extHeader != .fragment else {
            return extHeader == .fragment || isFragment ? packet.fragment(more: isFragment) : packet
        }
        let extended = packet.extended(by: extHeader)
        return isFragment ? extended.fragment(more: true) : extended
    }

    // MARK: Transport

    /// What puts the L4 header and a payload into a packet.
    private func transportLayer(
        isIPv6: Bool
    ) throws(PacketConflict) -> (Packet, [UInt8]) -> Packet {
        let proto = try resolvedProtocol(isIPv6: isIPv6)
        let (sport, dport) = (sport ?? 40000, dport ?? 40001)
        let flags = tcpFlags ?? .syn
        switch proto {
        case .tcp: return { $0.tcp(sport: sport, dport: dport, flags: flags, payload: $1) }
        case .udp: return { $0.udp(sport: sport, dport: dport, payload: $1) }
        case .sctp: return { $0.sctp(sport: sport, dport: dport, chunks: $1) }
        case .icmp:
            let (type, code) = (icmpType?.icmp ?? 8, icmpType?.code ?? 0)
            return { $0.icmp(type: type, code: code, payload: $1) }
        case .icmpv6:
            let (type, code) = (icmpType?.icmpv6 ?? 128, icmpType?.code ?? 0)
            return { $0.icmpv6(type: type, code: code, payload: $1) }
        default: return { $0.raw($1, protocol: proto.number) }
        }
    }

    private func resolvedProtocol(isIPv6: Bool) throws(PacketConflict) -> IPProtocol {
        let ports: Key? = sport != nil ? .sport : dport != nil ? .dport : nil
        let proto = proto ?? impliedProtocol(isIPv6: isIPv6)
        let said = "and 'proto' is \(proto)"
        if tcpFlags != nil, proto != .tcp {
            throw PacketConflict(key: .tcpFlags, message: "'tcp-flags' needs tcp, \(said)")
        }
        if let ports, !proto.hasPorts {
            throw PacketConflict(
                key: ports, message: "'\(ports.rawValue)' needs tcp, udp or sctp, \(said)")
        }
        if let icmpType {
            guard proto == .icmp || proto == .icmpv6 else {
                throw PacketConflict(
                    key: .icmpType, message: "'icmp-type' needs icmp or icmpv6, \(said)")
            }
            if let only = icmpType.proto, only != proto {
                throw PacketConflict(
                    key: .icmpType, message: "'icmp-type' is of \(only), \(said)")
            }
        }
        if proto == .icmp && isIPv6 || proto == .icmpv6 && !isIPv6 {
            throw PacketConflict(
                key: self.proto == nil ? .icmpType : .proto,
                message: "\(proto) is of \(isIPv6 ? "IPv4" : "IPv6"), and the packet is "
                    + (isIPv6 ? "IPv6" : "IPv4"))
        }
        return proto
    }

    private func impliedProtocol(isIPv6: Bool) -> IPProtocol {
        if tcpFlags != nil || sport != nil || dport != nil { return .tcp }
        if let icmpType { return icmpType.proto ?? (isIPv6 ? .icmpv6 : .icmp) }
        return IPProtocol(number: 253)
    }
}

extension IPAddress {
    /// The type of frames that carry it.
    fileprivate var etherType: EtherType {
        switch self {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }
}
