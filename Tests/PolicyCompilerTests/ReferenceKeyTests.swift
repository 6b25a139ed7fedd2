import NetTypes
import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// What each match key means, by itself and negated: a rule of that key alone drops what matches.
@Suite struct ReferenceKeyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let match: Match
        let frame: [UInt8]
        let judgement: String

        init(_ sentence: String, _ match: Match, _ frame: [UInt8], _ judgement: String) {
            testDescription = sentence
            self.match = match
            self.frame = frame
            self.judgement = judgement
        }

        /// A key and its negation on a packet that has the field: one of them matches.
        static func field(_ sentence: String, _ keys: MatchKeys, _ frame: [UInt8], _ holds: Bool)
            -> [Row]
        {
            [
                Row(sentence, Match(keys), frame, holds ? matches : passes),
                Row("not: \(sentence)", Match(not: keys), frame, holds ? passes : matches),
            ]
        }

        /// A key and its negation on a packet that lacks the field: neither matches.
        static func lacking(
            _ sentence: String, _ keys: MatchKeys, _ frame: [UInt8], _ judgement: String = passes
        ) -> [Row] {
            [
                Row(sentence, Match(keys), frame, judgement),
                Row("not: \(sentence)", Match(not: keys), frame, judgement),
            ]
        }
    }

    private static let matches = "drop (rule rule)"
    private static let passes = "pass (default)"
    private static let nonIP = "pass (non-ip)"

    private static let ipv4 = Packet.ethernet().ipv4()
    private static let ipv6 = Packet.ethernet().ipv6()
    private static let arp = Packet.ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2").bytes
    private static let later = Packet.ethernet().ipv4(IPv4Fields(fragmentOffset: 1))

    private static let synNotAck = MatchKeys(tcpFlags: [TCPFlagsTerm(set: .syn, clear: .ack)])
    private static let echo = MatchKeys(icmpType: [ICMPTerm(proto: .icmp, types: 8...8)])
    private static let portUnreachable = MatchKeys(
        icmpType: [ICMPTerm(proto: .icmp, types: 3...3, codes: 3...3)])
    private static let dport53 = MatchKeys(dport: [.range(PortRange(53))])

    static let l4 =
        Row.field(
            "flags named are set, those with ! clear, the rest free", synNotAck,
            ipv4.tcp(flags: [.syn, .ece]).bytes, true)
        + Row.field("a flag with ! is set", synNotAck, ipv4.tcp(flags: [.syn, .ack]).bytes, false)
        + Row.lacking("tcp-flags of UDP", synNotAck, ipv4.udp().bytes)
        + Row.lacking("tcp-flags of a later fragment", synNotAck, later.tcp().bytes)
        + Row.lacking(
            "tcp-flags that cannot be read", synNotAck, ipv4.raw([0, 1, 0, 2], protocol: 6).bytes,
            "drop (truncated)")
        + Row.field("echo", echo, ipv4.icmp(type: 8, code: 9).bytes, true)
        + Row.field("another type", echo, ipv4.icmp(type: 0).bytes, false)
        + Row.field("type and code", portUnreachable, ipv4.icmp(type: 3, code: 3).bytes, true)
        + Row.field("another code", portUnreachable, ipv4.icmp(type: 3, code: 1).bytes, false)
        + Row.field("the types of ICMPv6 are others", echo, ipv6.icmpv6(type: 8).bytes, false)
        + Row.field("ICMP is known by its number", echo, ipv6.icmp(type: 8).bytes, true)
        + Row.lacking("icmp-type of TCP", echo, ipv4.tcp().bytes)
        + Row.lacking("icmp-type of a later fragment", echo, later.icmp().bytes)
        + Row.field("a destination port", dport53, ipv4.udp(dport: 53).bytes, true)
        + Row.lacking("a destination port of ICMP", dport53, ipv4.icmp().bytes)

    static let l3 =
        Row.field("fragment", MatchKeys(fragment: true), later.bytes, true)
        + Row.field("no fragment", MatchKeys(fragment: false), ipv4.udp().bytes, true)
        + Row.field(
            "a first fragment", MatchKeys(fragment: true),
            Packet.ethernet().ipv4(IPv4Fields(flags: 1)).udp().bytes, true)
        + Row.field(
            "don't fragment", MatchKeys(fragment: true),
            Packet.ethernet().ipv4(IPv4Fields(flags: 2)).udp().bytes, false)
        + Row.field(
            "a first fragment of IPv6", MatchKeys(fragment: true),
            ipv6.fragment(more: true).udp().bytes, true)
        + Row.field(
            "an atomic fragment", MatchKeys(fragment: true), ipv6.fragment().udp().bytes, false)
        + Row.lacking(
            "fragment behind an unwalked chain", MatchKeys(fragment: false),
            ipv6.destinationOptions(length: 9).bytes, "drop (truncated)")
        + Row.field("length of IPv4", MatchKeys(length: [28...28]), ipv4.udp().padded(), true)
        + Row.field("length of IPv6", MatchKeys(length: [48...48]), ipv6.udp().padded(), true)
        + Row.field("longer", MatchKeys(length: [0...47]), ipv6.udp().bytes, false)
        + Row.field("ttl", MatchKeys(ttl: [64...64]), ipv4.udp().bytes, true)
        + Row.field(
            "hop limit", MatchKeys(ttl: [0...1, 3...9]),
            Packet.ethernet().ipv6(IPv6Fields(hopLimit: 2)).bytes, false)
        + Row.field(
            "dscp without ECN", MatchKeys(dscp: [46...46]),
            Packet.ethernet().ipv4(IPv4Fields(trafficClass: 46 << 2 | 3)).bytes, true)
        + Row.field(
            "dscp of IPv6", MatchKeys(dscp: [46...46]),
            Packet.ethernet().ipv6(IPv6Fields(trafficClass: 46 << 2 | 3)).bytes, true)
        + Row.field(
            "an extension header", MatchKeys(extHeader: [.routing, .hip]),
            ipv6.destinationOptions().routing().udp().bytes, true)
        + Row.field(
            "no such extension header", MatchKeys(extHeader: [.routing]), ipv6.udp().bytes, false)
        + Row.lacking(
            "IPv4 has no extension headers", MatchKeys(extHeader: [.authentication]),
            ipv4.authentication().udp().bytes)

    static let l2 =
        Row.field("family", MatchKeys(family: [.ipv6]), ipv6.udp().bytes, true)
        + Row.field("another family", MatchKeys(family: [.ipv6]), ipv4.udp().bytes, false)
        + Row.field(
            "ethertype behind tags", MatchKeys(etherType: [0x0800...0x0800]),
            Packet.ethernet(vlan: [1, 2]).ipv4().udp().bytes, true)
        + Row.field("no tag", MatchKeys(vlan: [.untagged]), ipv4.udp().bytes, true)
        + Row.field("any tag", MatchKeys(vlan: [.tagged]), ipv4.udp().bytes, false)
        + Row.field(
            "the outermost tag, without its priority", MatchKeys(vlan: [.ids(7...7)]),
            Packet.ethernet(vlan: [0xe007, 8]).ipv4().udp().bytes, true)
        + Row.field(
            "not the inner one", MatchKeys(vlan: [.ids(8...8)]),
            Packet.ethernet(vlan: [7, 8]).ipv4().udp().bytes, false)
        + [
            Row("ARP by family", Match(MatchKeys(family: [.arp])), arp, matches),
            Row("ARP by type", Match(MatchKeys(etherType: [0x0806...0x0806])), arp, matches),
            Row("ARP by no tag", Match(MatchKeys(vlan: [.untagged])), arp, matches),
            Row("ARP by what it is not", Match(not: MatchKeys(family: [.ipv4])), arp, matches),
            Row("ARP by no key", Match(), arp, nonIP),
            Row("ARP by a key of IP", Match(not: MatchKeys(ttl: [1...1])), arp, nonIP),
            Row(
                "ARP by a key of IP, too",
                Match(MatchKeys(family: [.arp]), not: MatchKeys(fragment: true)), arp, nonIP),
        ]

    @Test(arguments: l4 + l3 + l2) func means(_ row: Row) throws {
        let rule = Rule(name: literalName("rule"), match: row.match, action: .drop)
        let filter = Filter(name: literalName("test"), defaultVerdict: .pass, rules: [rule])
        let walker = TableWalker(try CompiledFilter(filter, sets: []))
        let packet = SeenPacket(row.frame)
        #expect(
            ReferenceInterpreter(filter, sets: []).judge(packet).description == row.judgement)
        #expect(walker.judge(packet).description == row.judgement)
    }
}
