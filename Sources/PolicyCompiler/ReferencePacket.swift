internal import NetTypes

/// What a packet has in one field that rules look at.
enum ReferenceField<Value: Sendable>: Sendable {
    case value(Value)
    /// A packet of this kind has no such field, so that no key on it holds.
    case absent
    /// A packet of this kind has the field, but its bytes are missing or wrong.
    case unreadable
}

/// An IP packet as rules see it.
struct ReferencePacket: Sendable {
    let source: IPAddress
    let destination: IPAddress
    /// Behind the extension headers of IPv6.
    let proto: ReferenceField<IPProtocol>
    let sport: ReferenceField<UInt16>
    let dport: ReferenceField<UInt16>
    /// Why something cannot be read; nil when everything can.
    ///
    /// Not nil does not mean that a field above is unreadable: of an ICMP message that is cut
    /// nothing is asked for yet.
    let unreadable: Reason?

    /// The packet in a frame, or nil when it is neither IPv4 nor IPv6.
    ///
    /// - Throws: ``ReferenceRefusal`` when Linux would refuse the L3 header for its form.
    init?(_ frame: ReferenceFrame) throws(ReferenceRefusal) {
        switch frame.type {
        case 0x0800: self.init(try ReferenceIPv4(frame.payload))
        case 0x86dd: self.init(try ReferenceIPv6(frame.payload))
        default: return nil
        }
    }

    private init(_ ip: ReferenceIPv4) {
        self.init(
            .v4(ip.source), .v4(ip.destination), ip.proto,
            ip.isLaterFragment ? .none : ReferenceTransport(ip.proto, ip.payload))
    }

    private init(_ ip: ReferenceIPv6) {
        switch ip.chain {
        case .unwalked(let reason):
            self.init(.v6(ip.source), .v6(ip.destination), unwalked: reason)
        case .transport(let proto, let bytes):
            self.init(
                .v6(ip.source), .v6(ip.destination), proto, ReferenceTransport(proto, bytes))
        case .laterFragment(let proto):
            self.init(.v6(ip.source), .v6(ip.destination), proto, .none)
        }
    }

    private init(
        _ source: IPAddress, _ destination: IPAddress, _ proto: IPProtocol,
        _ transport: ReferenceTransport
    ) {
        self.source = source
        self.destination = destination
        self.proto = .value(proto)
        sport = transport.sport
        dport = transport.dport
        unreadable = transport.unreadable
    }

    /// Without an end of the chain there is no protocol, and no telling which fields it has.
    private init(_ source: IPAddress, _ destination: IPAddress, unwalked reason: Reason) {
        self.source = source
        self.destination = destination
        proto = .unreadable
        sport = .unreadable
        dport = .unreadable
        unreadable = reason
    }
}
