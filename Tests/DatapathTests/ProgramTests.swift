import Policy
import PolicyCompiler
import TestSupport
import Testing

/// A frame and what must become of it.
struct PacketRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frame: [UInt8]
    let outcome: Outcome

    init(_ name: String, _ packet: Packet, _ outcome: Outcome) {
        self.init(name, packet.bytes, outcome)
    }

    init(_ name: String, _ frame: [UInt8], _ outcome: Outcome) {
        testDescription = name
        self.frame = frame
        self.outcome = outcome
    }
}

/// The contract's semantics, judged by the real program through BPF_PROG_TEST_RUN.
@Suite("Programs", .requiresRoot)
struct ProgramTests {
    func expect(
        _ filter: LoadedFilter, _ rows: [PacketRow],
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        for row in rows {
            #expect(
                try filter.judge(row.frame) == row.outcome, "\(row.testDescription)",
                sourceLocation: sourceLocation)
        }
    }

    static let v4 = Packet.ethernet().ipv4(src: "192.0.2.1", dst: "198.51.100.2")
    static let v6 = Packet.ethernet().ipv6(src: "2001:db8::1", dst: "2001:db8:1::2")

    // MARK: Matching

    @Test("the first rule that matches decides; what none does takes the default")
    func firstMatch() throws {
        let filter = try LoadedFilter(
            default: "drop",
            "{ name: friend, match: { src: 192.0.2.1 }, action: pass }",
            "{ name: net, match: { src: 192.0.2.0/24 }, action: drop }",
            "{ name: web, match: { proto: tcp, dport: 443 }, action: pass }",
            "{ name: late, match: { proto: tcp, dport: [80, 443] }, action: drop }")
        let other = Packet.ethernet().ipv4(src: "203.0.113.9", dst: "198.51.100.2")
        try expect(
            filter,
            [
                PacketRow("an address before its net", Self.v4.udp(), .pass(rule: "friend")),
                PacketRow(
                    "the net", Packet.ethernet().ipv4(src: "192.0.2.2").udp(), .drop(rule: "net")),
                PacketRow(
                    "the net before the port",
                    Packet.ethernet().ipv4(src: "192.0.2.2").tcp(dport: 443), .drop(rule: "net")),
                PacketRow("the port", other.tcp(dport: 443), .pass(rule: "web")),
                PacketRow("the other port", other.tcp(dport: 80), .drop(rule: "late")),
                PacketRow("UDP on a port of TCP's", other.udp(dport: 443), .drop(.default)),
                PacketRow("IPv6 in a filter of IPv4 addresses", Self.v6.udp(), .drop(.default)),
            ])
    }

    @Test("a filter without rules gives its default", arguments: ["pass", "drop"])
    func noRules(verdict: String) throws {
        let filter = try LoadedFilter(default: verdict)
        let outcome = verdict == "pass" ? Outcome.pass(.default) : .drop(.default)
        try expect(
            filter,
            [
                PacketRow("UDP", Self.v4.udp(), outcome),
                PacketRow("TCP over IPv6", Self.v6.tcp(), outcome),
                PacketRow(
                    "UDP cut short is still unreadable", Self.v4.raw([0, 1], protocol: 17),
                    .drop(.truncated)),
                PacketRow(
                    "ARP", .ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2"),
                    .pass(.nonIP)),
            ])
    }

    @Test("a rule that matches everything matches IPv4 and IPv6, and nothing else")
    func emptyMatch() throws {
        let filter = try LoadedFilter("{ name: all, match: {}, action: drop }")
        try expect(
            filter,
            [
                PacketRow("UDP", Self.v4.udp(), .drop(rule: "all")),
                PacketRow("an unknown protocol", Self.v4.raw([1]), .drop(rule: "all")),
                PacketRow("ICMPv6", Self.v6.icmpv6(), .drop(rule: "all")),
                PacketRow(
                    "ARP", .ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2"),
                    .pass(.nonIP)),
            ])
    }

    @Test("count counts and goes on, once a rule, whatever decides")
    func counting() throws {
        let filter = try LoadedFilter(
            default: "drop",
            "{ name: all, match: {}, action: count }",
            "{ name: udp, match: { proto: udp }, action: count }",
            "{ name: friend, match: { src: 192.0.2.1 }, action: pass }",
            "{ name: dns, match: { dport: 53 }, action: count }")
        try expect(
            filter,
            [
                PacketRow(
                    "before a rule that decides", Self.v4.udp(dport: 53),
                    .pass(rule: "friend").counting("all", "udp")),
                PacketRow(
                    "before the default", Self.v6.udp(dport: 53),
                    .drop(.default).counting("all", "udp", "dns")),
                PacketRow("those that match", Self.v6.icmpv6(), .drop(.default).counting("all")),
            ])
    }

    @Test("addresses: both families, prefixes of any length, ranges, sets, source and destination")
    func addresses() throws {
        let filter = try LoadedFilter(
            sets: """
                { bad: { cidrs: ["198.51.100.0/25", "2001:db8:bad::/48", 203.0.113.5-203.0.113.9] },
                  more: { cidrs: [233.252.0.1] }, all: { sets: [bad, more] } }
                """,
            "{ name: set, match: { src: '@all' }, action: drop }",
            "{ name: range, match: { src: '2001:db8:5::3-2001:db8:5::11' }, action: drop }",
            "{ name: to, match: { dst: [10.9.0.0/16, 'fd00:9::/32'] }, action: drop }",
            "{ name: pair, match: { src: 10.1.0.0/16, dst: 10.2.0.0/16 }, action: drop }",
            "{ name: hole, match: { src: 100.64.0.0/10 }, action: pass }",
            "{ name: half, match: { src: 96.0.0.0/3 }, action: drop }")
        func from(_ address: String, to destination: String? = nil) -> Packet {
            address.contains(":")
                ? Packet.ethernet().ipv6(src: address, dst: destination ?? "fd00::2").udp()
                : Packet.ethernet().ipv4(src: address, dst: destination ?? "10.0.0.2").udp()
        }
        let rows: [(String, String?, Outcome)] = [
            ("198.51.100.0", nil, .drop(rule: "set")), ("198.51.100.127", nil, .drop(rule: "set")),
            ("198.51.100.128", nil, .pass(.default)), ("198.51.99.255", nil, .pass(.default)),
            ("203.0.113.4", nil, .pass(.default)), ("203.0.113.5", nil, .drop(rule: "set")),
            ("203.0.113.9", nil, .drop(rule: "set")), ("203.0.113.10", nil, .pass(.default)),
            ("233.252.0.1", nil, .drop(rule: "set")), ("233.252.0.2", nil, .pass(.default)),
            ("2001:db8:bad::", nil, .drop(rule: "set")),
            ("2001:db8:bad:ffff:ffff:ffff:ffff:ffff", nil, .drop(rule: "set")),
            ("2001:db8:bae::", nil, .pass(.default)),
            ("2001:db8:5::2", nil, .pass(.default)), ("2001:db8:5::3", nil, .drop(rule: "range")),
            ("2001:db8:5::11", nil, .drop(rule: "range")),
            ("2001:db8:5::12", nil, .pass(.default)),
            ("10.0.0.1", "10.9.255.255", .drop(rule: "to")),
            ("10.0.0.1", "10.10.0.0", .pass(.default)), ("fd00::1", "fd00:9::1", .drop(rule: "to")),
            ("10.1.0.1", "10.2.0.1", .drop(rule: "pair")),
            ("10.1.0.1", "10.3.0.1", .pass(.default)),
            ("10.2.0.1", "10.1.0.1", .pass(.default)),
            ("100.64.0.1", nil, .pass(rule: "hole")), ("100.128.0.1", nil, .drop(rule: "half")),
            ("127.255.255.255", nil, .drop(rule: "half")), ("95.255.255.255", nil, .pass(.default)),
        ]
        try expect(
            filter,
            rows.map { source, destination, outcome in
                PacketRow(
                    "\(source) to \(destination ?? "any")", from(source, to: destination), outcome)
            })
    }

    @Test("every address is in 0.0.0.0/0 or ::/0")
    func everyAddress() throws {
        let filter = try LoadedFilter(
            "{ name: four, match: { src: 0.0.0.0/0 }, action: drop }",
            "{ name: six, match: { src: '::/0' }, action: drop }")
        for address in ["0.0.0.0", "255.255.255.255", "127.0.0.1"] {
            let packet = Packet.ethernet().ipv4(src: address).udp()
            #expect(try filter.judge(packet) == .drop(rule: "four"), "\(address)")
        }
        for address in ["::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:1.2.3.4"] {
            let packet = Packet.ethernet().ipv6(src: address).udp()
            #expect(try filter.judge(packet) == .drop(rule: "six"), "\(address)")
        }
    }

    @Test("an IPv4-mapped address in a policy means IPv4")
    func mappedAddress() throws {
        let filter = try LoadedFilter(
            "{ name: mapped, match: { src: '::ffff:192.0.2.1' }, action: drop }")
        try expect(
            filter,
            [
                PacketRow("IPv4", Self.v4.udp(), .drop(rule: "mapped")),
                PacketRow(
                    "the address as IPv6",
                    Packet.ethernet().ipv6(src: "::ffff:192.0.2.1").udp(), .pass(.default)),
            ])
    }

    @Test("ports: of TCP, UDP and SCTP; single, range, list, set; both ends")
    func ports() throws {
        let filter = try LoadedFilter(
            sets: "{ web: { ports: [80, 443, 8000-8100] } }",
            "{ name: web, match: { dport: '@web' }, action: drop }",
            "{ name: low, match: { sport: 0-1023 }, action: drop }",
            "{ name: top, match: { dport: [65535, 60000] }, action: drop }",
            "{ name: both, match: { sport: 40000, dport: 40001 }, action: drop }")
        try expect(
            filter,
            [
                PacketRow("TCP 443", Self.v4.tcp(dport: 443), .drop(rule: "web")),
                PacketRow("UDP 443", Self.v4.udp(dport: 443), .drop(rule: "web")),
                PacketRow("SCTP 443", Self.v6.sctp(dport: 443), .drop(rule: "web")),
                PacketRow("7999", Self.v4.tcp(dport: 7999), .pass(.default)),
                PacketRow("8000", Self.v4.tcp(dport: 8000), .drop(rule: "web")),
                PacketRow("8100", Self.v4.tcp(dport: 8100), .drop(rule: "web")),
                PacketRow("8101", Self.v4.tcp(dport: 8101), .pass(.default)),
                PacketRow("from port 0", Self.v6.udp(sport: 0, dport: 9), .drop(rule: "low")),
                PacketRow("from 1023", Self.v6.udp(sport: 1023, dport: 9), .drop(rule: "low")),
                PacketRow("from 1024", Self.v6.udp(sport: 1024, dport: 9), .pass(.default)),
                PacketRow("65535", Self.v4.udp(dport: 65535), .drop(rule: "top")),
                PacketRow("60000", Self.v4.udp(dport: 60000), .drop(rule: "top")),
                PacketRow("both ends", Self.v4.udp(dport: 40001), .drop(rule: "both")),
                PacketRow(
                    "the wrong way round", Self.v4.udp(sport: 40001, dport: 40000),
                    .pass(.default)),
                PacketRow("ICMP has no port", Self.v4.icmp(), .pass(.default)),
            ])
    }

    @Test("protocols by name and number")
    func protocols() throws {
        let filter = try LoadedFilter(
            "{ name: icmp, match: { proto: [icmp, icmpv6] }, action: drop }",
            "{ name: gre, match: { proto: 47 }, action: drop }",
            "{ name: last, match: { proto: 255 }, action: drop }")
        try expect(
            filter,
            [
                PacketRow("ICMP", Self.v4.icmp(), .drop(rule: "icmp")),
                PacketRow("ICMPv6", Self.v6.icmpv6(), .drop(rule: "icmp")),
                PacketRow("GRE", Self.v4.raw([1, 2, 3], protocol: 47), .drop(rule: "gre")),
                PacketRow("255", Self.v6.raw([], protocol: 255), .drop(rule: "last")),
                PacketRow("no next header", Self.v6, .pass(.default)),
                PacketRow("UDP", Self.v4.udp(), .pass(.default)),
            ])
    }

    // MARK: Many rules

    @Test("rules beyond the first word of 64", arguments: [64, 65, 130, 4096])
    func manyRules(count: Int) throws {
        // A port each, so that every rule can be reached.
        let rules = (1...count).map {
            "{ name: r\($0), match: { proto: udp, dport: \($0) }, action: drop }"
        }
        let lines = rules.map { "      - \($0)\n" }.joined()
        let text = """
            version: 1
            name: test
            filters:
              inbound:
                default: pass
                rules:
            \(lines)
            """
        let filter = try LoadedFilter(policy(text))
        for number in [1, 2, 63, 64, 65, 66, 128, 129, count - 1, count]
        where (1...count).contains(number) {
            let packet = Self.v6.udp(dport: UInt16(number))
            #expect(try filter.judge(packet) == .drop(rule: "r\(number)"))
        }
        #expect(try filter.judge(Self.v4.udp(dport: UInt16(count + 1))) == .pass(.default))
        #expect(try filter.judge(Self.v4.tcp(dport: 1)) == .pass(.default))
    }

    /// In one word, in some, and in more than a program looks at in one call.
    @Test(
        "count rules in every word go on to the rule that decides in the last",
        arguments: [1, 8, 9, 62, 200, 1_500])
    func manyCounts(_ count: Int) throws {
        let counts = (0..<count).map { "      - { name: c\($0), match: {}, action: count }\n" }
        let text = """
            version: 1
            name: test
            filters:
              inbound:
                default: pass
                rules:
            \(counts.joined())
                  - { name: end, match: { proto: udp }, action: drop }
                  - { name: beyond, match: {}, action: count }
            """
        let filter = try LoadedFilter(policy(text))
        let all = (0..<count).map { "c\($0)" }.sorted()
        let dropped = try filter.judge(Self.v4.udp())
        #expect(dropped == Outcome(verdict: .drop, why: "rule end", counted: all))
        let passed = try filter.judge(Self.v6.tcp())
        #expect(
            passed
                == Outcome(verdict: .pass, why: "default", counted: (all + ["beyond"]).sorted()))
    }
}
