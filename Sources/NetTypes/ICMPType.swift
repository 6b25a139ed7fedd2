/// The names that nft gives to the types of ICMP and ICMPv6.
public enum ICMPType {
    /// The names of ICMP's types; RFC 792, 950 and 1256.
    public static let icmp: [(name: String, number: UInt8)] = [
        ("echo-reply", 0), ("destination-unreachable", 3), ("source-quench", 4), ("redirect", 5),
        ("echo-request", 8), ("router-advertisement", 9), ("router-solicitation", 10),
        ("time-exceeded", 11), ("parameter-problem", 12), ("timestamp-request", 13),
        ("timestamp-reply", 14), ("info-request", 15), ("info-reply", 16),
        ("address-mask-request", 17), ("address-mask-reply", 18),
    ]

    /// The names of ICMPv6's types; RFC 4443, 2710, 4861, 2894, 3122 and 3810. The first name of a
    /// number is the one that is printed.
    public static let icmpv6: [(name: String, number: UInt8)] = [
        ("destination-unreachable", 1), ("packet-too-big", 2), ("time-exceeded", 3),
        ("parameter-problem", 4), ("echo-request", 128), ("echo-reply", 129),
        ("mld-listener-query", 130), ("mld-listener-report", 131), ("mld-listener-done", 132),
        ("mld-listener-reduction", 132), ("nd-router-solicit", 133), ("nd-router-advert", 134),
        ("nd-neighbor-solicit", 135), ("nd-neighbor-advert", 136), ("nd-redirect", 137),
        ("router-renumbering", 138), ("ind-neighbor-solicit", 141),
        ("ind-neighbor-advert", 142), ("mld2-listener-report", 143),
    ]

    /// The names of a protocol's types; none of any other than ICMP and ICMPv6.
    public static func names(of proto: IPProtocol) -> [(name: String, number: UInt8)] {
        switch proto {
        case .icmp: icmp
        case .icmpv6: icmpv6
        default: []
        }
    }

    /// The number of a name; nil where the protocol has none of that name.
    public static func number(_ name: String, of proto: IPProtocol) -> UInt8? {
        names(of: proto).first { $0.name == name }?.number
    }

    /// The name of a number; nil where it has none.
    public static func name(_ number: UInt8, of proto: IPProtocol) -> String? {
        names(of: proto).first { $0.number == number }?.name
    }
}
