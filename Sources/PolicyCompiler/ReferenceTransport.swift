internal import NetTypes

/// The L4 header: ports where the protocol has them, and whether the header can be read.
///
/// A header shorter than its minimum within the L3 packet (TCP 20, UDP 8, SCTP 12, ICMP 4), or a
/// TCP header that says it reaches beyond, is `truncated`; a TCP header that says it is shorter than
/// 20 bytes is `malformed`. Other protocols have nothing to read.
struct ReferenceTransport: Sendable {
    let sport: ReferenceField<UInt16>
    let dport: ReferenceField<UInt16>
    let unreadable: Reason?

    /// Of a packet without any L4 header: a later fragment.
    static let none = ReferenceTransport(sport: .absent, dport: .absent, unreadable: nil)

    private init(
        sport: ReferenceField<UInt16>, dport: ReferenceField<UInt16>, unreadable: Reason?
    ) {
        self.sport = sport
        self.dport = dport
        self.unreadable = unreadable
    }

    init(_ proto: IPProtocol, _ bytes: ArraySlice<UInt8>) {
        unreadable = Self.defect(proto, bytes)
        guard proto.hasPorts else {
            sport = .absent
            dport = .absent
            return
        }
        guard unreadable == nil, let source = bytes.number16(at: 0),
            let destination = bytes.number16(at: 2)
        else {
            sport = .unreadable
            dport = .unreadable
            return
        }
        sport = .value(source)
        dport = .value(destination)
    }

    private static func defect(_ proto: IPProtocol, _ bytes: ArraySlice<UInt8>) -> Reason? {
        switch proto {
        case .tcp:
            guard bytes.count >= 20, let offset = bytes.byte(at: 12) else { return .truncated }
            let length = Int(offset >> 4) * 4
            if length < 20 { return .malformed }
            return length > bytes.count ? .truncated : nil
        case .udp: return bytes.count < 8 ? .truncated : nil
        case .sctp: return bytes.count < 12 ? .truncated : nil
        case .icmp, .icmpv6: return bytes.count < 4 ? .truncated : nil
        default: return nil
        }
    }
}
