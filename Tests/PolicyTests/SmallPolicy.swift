import NetTypes
import Policy

/// Policies whose rules overlap a lot, and packets that they are about.
struct SmallPolicy {
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(seed: seed) }

    private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

    private mutating func one<Element>(of elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    private static let addresses = [
        "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "10.1.2.0-10.1.3.255", "0.0.0.0/0", "::/0",
        "2001:db8::/32", "2001:db8::1", "@some", "@both",
    ]
    private static let values: [(key: String, values: [String])] = [
        ("src", addresses), ("dst", addresses),
        ("proto", ["tcp", "udp", "icmp", "icmpv6", "47"]),
        ("sport", ["1", "2", "1-3", "0-65535", "@few"]),
        ("dport", ["1", "2", "1-3", "0-65535", "@few"]),
        ("tcp-flags", ["syn", "syn,!ack", "!ack", "ack", "!syn,!ack", "fin"]),
        ("icmp-type", ["echo-request", "echo-reply", "nd-redirect", "redirect"]),
        ("family", ["ipv4", "ipv6", "arp"]),
        ("ethertype", ["0x0800", "0x86dd", "0x0800-0x0806", "0-65535"]),
        ("vlan", ["1", "2", "any", "none", "0-4095"]), ("fragment", ["true", "false"]),
        ("length", ["60", "60-100", "0-65535"]), ("ttl", ["1", "1-2", "0-255"]),
        ("dscp", ["0", "ef", "0-63"]), ("ext-header", ["routing", "fragment", "ah"]),
        ("mark", ["0", "0x1", "0-0xffffffff"]),
    ]

    private mutating func keys(_ count: Int) -> String {
        var names: [String] = []
        var pairs: [String] = []
        for _ in 0..<count {
            let (key, values) = one(of: Self.values)
            guard !names.contains(key) else { continue }
            names.append(key)
            let list = (0...below(2)).map { _ in "\"\(one(of: values))\"" }
            pairs.append(
                "\(key): \(key == "fragment" ? list[0] : "[\(list.joined(separator: ", "))]")")
        }
        return pairs.joined(separator: ", ")
    }

    /// A policy of a dozen rules.
    mutating func text() -> String {
        let rules = (0..<12).map { index in
            let wanted = keys(below(4))
            let unwanted = below(3) == 0 ? "not: { \(keys(1 + below(2))) }" : ""
            let match = [wanted, unwanted].filter { !$0.isEmpty }.joined(separator: ", ")
            let action = one(of: ["pass", "drop", "count", "tx", "{ redirect: eth1 }"])
            return "{ name: r\(index), match: { \(match) }, action: \(action) }"
        }
        return policyText(
            rules: rules,
            sets: [
                "some: { cidrs: [10.1.0.0/16, \"2001:db8::1\"] }", "few: { ports: [1, 2] }",
                "more: { cidrs: [10.0.0.0/8] }", "both: { sets: [some, more] }",
            ])
    }

    /// A frame, mostly of what the rules name.
    mutating func packet() -> SmallPacket {
        var packet = SmallPacket()
        packet.vlan = one(of: [nil, 1, 2, 9])
        packet.mark = one(of: [0, 1, 2])
        packet.etherType = one(of: [0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x0801])
        guard [0x0800, 0x86dd].contains(packet.etherType) else { return packet }
        let texts =
            packet.etherType == 0x0800
            ? ["10.1.2.3", "10.1.9.9", "10.9.9.9", "192.0.2.1"]
            : ["2001:db8::1", "2001:db8::2", "fd00::1"]
        packet.src = IPAddress(one(of: texts))
        packet.dst = IPAddress(one(of: texts))
        packet.length = one(of: [40, 60, 99])
        packet.ttl = one(of: [1, 2, 64])
        packet.dscp = one(of: [0, 46, 8])
        if packet.etherType == 0x86dd {
            packet.headers = Set(
                [ExtensionHeader.routing, .fragment, .authentication].filter { _ in below(3) == 0 })
        }
        packet.fragment =
            packet.etherType == 0x86dd
            ? packet.headers?.contains(.fragment) ?? false : below(3) == 0
        let proto = one(of: [IPProtocol.tcp, .udp, .icmp, .icmpv6, IPProtocol(number: 47)])
        packet.proto = proto
        // A later fragment has nothing of L4.
        guard packet.fragment == false || below(2) == 0 else { return packet }
        if proto.hasPorts {
            packet.sport = UInt16(below(5))
            packet.dport = UInt16(below(5))
        }
        if proto == .tcp { packet.flags = TCPFlags(rawValue: UInt8(below(32))) }
        if proto == .icmp { packet.icmp = (proto, one(of: [0, 5, 8, 9])) }
        if proto == .icmpv6 { packet.icmp = (proto, one(of: [128, 129, 137, 133])) }
        return packet
    }
}
