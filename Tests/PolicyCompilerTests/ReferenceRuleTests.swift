import TestSupport
import Testing

@testable import PolicyCompiler

/// What rules mean for packets that can be read in full.
@Suite struct ReferenceRuleTests {
    private static let filter = """
        default: pass
        rules:
          - { name: seen, match: { src: "@office" }, action: count }
          - { name: admins, match: { src: 192.0.2.0/28 }, action: pass }
          - { name: bad, match: { src: [192.0.2.0/24, "@bad"] }, action: drop }
          - { name: telnet, match: { proto: tcp, dport: [23, 9000-9100] }, action: drop }
          - { name: names, match: { dport: 53 }, action: drop }
          - { name: echo, match: { proto: [icmp, icmpv6] }, action: count }
          - { name: web, match: { dst: 203.0.113.1-203.0.113.9, dport: "@web" }, action: drop }
          - { name: from, match: { sport: 123, proto: [udp, sctp] }, action: drop }
        """
    private static let sets = """
        office: { cidrs: [192.0.2.0/24, 198.51.100.7, "2001:db8::/32"] }
        bad: { cidrs: [198.51.100.0/24, "2001:db8:bad::/48", "::ffff:198.18.0.0/111"] }
        web: { ports: [80, 443, 8000-8100] }
        """

    private static func ipv4(_ src: String, dst: String = "203.0.113.5") -> Packet {
        Packet.ethernet().ipv4(src: src, dst: dst)
    }
    private static func ipv6(_ src: String) -> Packet {
        Packet.ethernet().ipv6(src: src, dst: "2001:db8:ffff::1")
    }

    static let rows = [
        JudgementRow(
            "the first rule that matches decides",
            ipv4("192.0.2.1").tcp(dport: 23).bytes, "pass (rule admins), counted by seen"),
        JudgementRow(
            "an address behind the prefix goes on to the next rule",
            ipv4("192.0.2.16").tcp(dport: 80).bytes, "drop (rule bad), counted by seen"),
        JudgementRow(
            "count counts and goes on",
            ipv4("198.51.100.7").udp(dport: 1).bytes, "drop (rule bad), counted by seen"),
        JudgementRow(
            "a rule that counts and is not followed by one that decides leaves the default",
            ipv6("2001:db8::1").icmpv6().bytes, "pass (default), counted by seen, echo"),
        JudgementRow(
            "a set holds IPv4 and IPv6",
            ipv6("2001:db8:bad::1").tcp().bytes, "drop (rule bad), counted by seen"),
        JudgementRow(
            "an IPv4-mapped prefix in a policy means IPv4",
            ipv4("198.19.255.255").tcp(dport: 1).bytes, "drop (rule bad)"),
        JudgementRow(
            "an IPv4-mapped address in a packet is IPv6",
            ipv6("::ffff:198.18.0.1").tcp(dport: 1).bytes, "pass (default)"),
        JudgementRow(
            "all keys that are given must hold: the port of another protocol does not",
            ipv4("203.0.113.99").udp(dport: 23).bytes, "pass (default)"),
        JudgementRow(
            "a list means any of its elements",
            ipv4("203.0.113.99").tcp(dport: 9100).bytes, "drop (rule telnet)"),
        JudgementRow(
            "a range ends where it says",
            ipv4("203.0.113.99").tcp(dport: 9101).bytes, "pass (default)"),
        JudgementRow(
            "an address range begins and ends where it says",
            ipv4("203.0.113.99", dst: "203.0.113.9").tcp(dport: 8100).bytes, "drop (rule web)"),
        JudgementRow(
            "an address behind a range is outside",
            ipv4("203.0.113.99", dst: "203.0.113.10").tcp(dport: 8100).bytes, "pass (default)"),
        JudgementRow(
            "dport is of TCP", ipv4("203.0.113.99").tcp(dport: 53).bytes, "drop (rule names)"),
        JudgementRow(
            "dport is of UDP", ipv4("203.0.113.99").udp(dport: 53).bytes, "drop (rule names)"),
        JudgementRow(
            "dport is of SCTP", ipv6("fd00::1").sctp(dport: 53).bytes, "drop (rule names)"),
        JudgementRow(
            "dport matches no ICMP: type 0, code 53 would look like it",
            ipv4("203.0.113.99").icmp(type: 0, code: 53, rest: 0x0035_0035).bytes,
            "pass (default), counted by echo"),
        JudgementRow(
            "dport matches no other protocol",
            ipv4("203.0.113.99").raw([0, 53, 0, 53, 0, 0, 0, 0], protocol: 47).bytes,
            "pass (default)"),
        JudgementRow(
            "sport is no dport",
            ipv4("203.0.113.99").udp(sport: 53, dport: 1).bytes, "pass (default)"),
        JudgementRow(
            "sport with a list of protocols",
            ipv4("203.0.113.99").sctp(sport: 123, dport: 1).bytes, "drop (rule from)"),
        JudgementRow(
            "no port key matches a non-first fragment, and nothing of it is unreadable",
            Packet.ethernet().ipv4(src: "203.0.113.99", IPv4Fields(fragmentOffset: 1)).udp(
                dport: 53
            )
            .bytes, "pass (default)"),
        JudgementRow(
            "a first fragment has its ports",
            Packet.ethernet().ipv4(src: "203.0.113.99", IPv4Fields(flags: 1)).udp(dport: 53).bytes,
            "drop (rule names)"),
        JudgementRow(
            "proto matches a non-first fragment, cut as its payload may be",
            Packet.ethernet().ipv4(IPv4Fields(fragmentOffset: 9, protocol: 1)).raw([1]).bytes,
            "pass (default), counted by echo"),
        JudgementRow(
            "a non-first fragment of IPv6 has no ports, and the protocol that its header names",
            ipv6("fd00::1").fragment(offset: 1, next: 58).raw([0]).bytes,
            "pass (default), counted by echo"),
        JudgementRow(
            "a first fragment of IPv6 has its ports",
            ipv6("fd00::1").fragment(more: true).udp(dport: 53).bytes, "drop (rule names)"),
    ]

    @Test(arguments: rows) func means(_ row: JudgementRow) throws {
        let filter = try WrittenFilter(Self.filter, sets: Self.sets)
        #expect(try row.judgements(of: filter) == row.expected)
    }
}
