internal import NetTypes

/// The L4 header: what rules look at, where the protocol has it, and whether it can be read.
///
/// A header shorter than its minimum within the L3 packet (TCP 20, UDP 8, SCTP 12, ICMP 4), or a
/// TCP header that says it reaches beyond, is `truncated`; a TCP header that says it is shorter than
/// 20 bytes is `malformed`. Other protocols have nothing to read.
struct ReferenceTransport: Sendable {
    /// A type and a code, and whose they are: ICMP and ICMPv6 number theirs apart. Which of the two
    /// it is the protocol's number says, under either version of IP.
    struct ICMPType: Sendable {
        let proto: IPProtocol
        let type: UInt8
        let code: UInt8
    }

    private(set) var sport = ReferenceField<UInt16>.absent
    private(set) var dport = ReferenceField<UInt16>.absent
    private(set) var tcpFlags = ReferenceField<TCPFlags>.absent
    private(set) var icmpType = ReferenceField<ICMPType>.absent
    private(set) var unreadable: Reason?

    /// Of a packet without any L4 header: a later fragment.
    static let none = ReferenceTransport()

    /// Behind a chain that cannot be walked, where no telling is which fields there are.
    static func unknown(_ reason: Reason) -> ReferenceTransport {
        var transport = ReferenceTransport()
        transport.sport = .unreadable
        transport.dport = .unreadable
        transport.tcpFlags = .unreadable
        transport.icmpType = .unreadable
        transport.unreadable = reason
        return transport
    }

    private init() {}

    init(_ proto: IPProtocol, _ bytes: ArraySlice<UInt8>) {
        unreadable = Self.defect(proto, bytes)
        // Of a header that cannot be read nothing is read, not even what is there of it.
        let header = unreadable == nil ? bytes : []
        switch proto {
        case .tcp, .udp, .sctp:
            sport = .of(header.number16(at: 0))
            dport = .of(header.number16(at: 2))
            if proto == .tcp { tcpFlags = .of(header.byte(at: 13).map { TCPFlags(rawValue: $0) }) }
        case .icmp, .icmpv6:
            icmpType = .of(
                header.number16(at: 0).map {
                    ICMPType(proto: proto, type: UInt8($0 >> 8), code: UInt8($0 & 0xff))
                })
        default: break
        }
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
