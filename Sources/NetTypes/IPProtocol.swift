/// A transport protocol: the Protocol field of IPv4, the last Next Header of IPv6.
@frozen
public struct IPProtocol: Hashable, Comparable, Sendable, BitwiseCopyable,
    CustomStringConvertible
{
    /// The number that IANA assigned.
    public let number: UInt8

    /// Makes a protocol of its number.
    @inlinable public init(number: UInt8) { self.number = number }

    /// ICMP for IPv4.
    public static let icmp = IPProtocol(number: 1)
    /// The Transmission Control Protocol.
    public static let tcp = IPProtocol(number: 6)
    /// The User Datagram Protocol.
    public static let udp = IPProtocol(number: 17)
    /// ICMP for IPv6.
    public static let icmpv6 = IPProtocol(number: 58)
    /// The Stream Control Transmission Protocol.
    public static let sctp = IPProtocol(number: 132)

    /// Whether its header starts with a source and a destination port, as netctl reads them.
    public var hasPorts: Bool { self == .tcp || self == .udp || self == .sctp }

    /// The protocol of a name, in lower case; nil when the name is not known.
    public init?(name: String) {
        guard let entry = Self.names.first(where: { $0.name == name }) else { return nil }
        self.init(number: entry.number)
    }

    /// The names, from /etc/protocols; the first name of a number is the one that is printed.
    public static let names: [(name: String, number: UInt8)] = [
        ("icmp", 1), ("igmp", 2), ("ipip", 4), ("ipencap", 4), ("tcp", 6), ("egp", 8), ("igp", 9),
        ("udp", 17), ("dccp", 33), ("ipv6", 41), ("rsvp", 46), ("gre", 47), ("esp", 50),
        ("ah", 51), ("icmpv6", 58), ("ipv6-icmp", 58), ("eigrp", 88), ("ospf", 89),
        ("etherip", 97), ("pim", 103), ("ipcomp", 108), ("vrrp", 112), ("l2tp", 115),
        ("isis", 124), ("sctp", 132), ("udplite", 136), ("mpls-in-ip", 137),
    ]

    /// Orders by number.
    @inlinable public static func < (left: IPProtocol, right: IPProtocol) -> Bool {
        left.number < right.number
    }

    /// The name, or the number where there is none.
    public var description: String {
        Self.names.first { $0.number == number }?.name ?? "\(number)"
    }
}
