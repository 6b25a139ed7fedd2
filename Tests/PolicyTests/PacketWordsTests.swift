import Packets
import Policy
import TestSupport
import Testing

/// Packets in words: what they mean, and which word is blamed.
@Suite struct PacketWordsTests {
    private static let ipv4 = Packet.ethernet().ipv4(src: "198.51.100.7", dst: "203.0.113.5")

    @Test(
        "ways to say one packet",
        arguments: [
            "tcp 198.51.100.7:40000 to 203.0.113.5:23 syn",
            "tcp 198.51.100.7:40000 > 203.0.113.5:23 [S]",
            "TCP 198.51.100.7:40000 203.0.113.5:23",
            "ip tcp 198.51.100.7:40000 > 203.0.113.5:23: flags [S], length 40",
            "syn to 203.0.113.5:23 198.51.100.7:40000 proto tcp",
            "src 198.51.100.7 dst 203.0.113.5 proto 6 dport 23 sport 40000 tcp-flags syn ttl 64",
        ])
    func same(_ words: String) throws {
        #expect(try PacketWords.frame(words) == Self.ipv4.tcp(dport: 23).bytes, "\(words)")
    }

    @Test("every kind of packet")
    func kinds() throws {
        let ipv6 = Packet.ethernet(vlan: [7]).ipv6(
            src: "2001:db8::1", dst: "2001:db8::2", IPv6Fields(hopLimit: 3))
        #expect(
            try PacketWords.frame("udp [2001:db8::1]:53 to [2001:db8::2]:4000 vlan 7 hop-limit 3")
                == ipv6.udp(sport: 53, dport: 4000).bytes)
        #expect(
            try PacketWords.frame("icmp 198.51.100.7 to 203.0.113.5 echo-request")
                == Self.ipv4.icmp().bytes)
        #expect(
            try PacketWords.frame("icmp 198.51.100.7 to 203.0.113.5 type 3/4")
                == Self.ipv4.icmp(type: 3, code: 4).bytes)
        let link = Packet.ethernet().ipv6(src: "fe80::1", dst: "ff02::1")
        for name in ["neighbour-solicit", "nd-neighbor-solicit", "neighbor-solicitation"] {
            #expect(
                try PacketWords.frame("icmpv6 fe80::1 to ff02::1 \(name)")
                    == link.icmpv6(type: 135).bytes, "\(name)")
        }
        #expect(
            try PacketWords.frame("sctp 198.51.100.7:1 to 203.0.113.5:2")
                == Self.ipv4.sctp(sport: 1, dport: 2).bytes)
        let arp = Packet.ethernet().arp(sender: "192.0.2.1", target: "192.0.2.2").padded()
        #expect(try PacketWords.frame("arp 192.0.2.1 to 192.0.2.2") == arp)
        #expect(try PacketWords.frame("arp who-has 192.0.2.2 tell 192.0.2.1") == arp)
        #expect(
            try PacketWords.frame("tcp 198.51.100.7:1 > 203.0.113.5:2 [FP.] dscp ef fragment")
                == Packet.ethernet().ipv4(
                    src: "198.51.100.7", dst: "203.0.113.5",
                    IPv4Fields(trafficClass: 46 << 2, flags: 1)
                ).tcp(sport: 1, dport: 2, flags: [.fin, .psh, .ack]).bytes)
        #expect(
            try PacketWords.frame("tcp to 203.0.113.5:2 syn ack")
                == Packet.ethernet().ipv4(src: "192.0.2.1", dst: "203.0.113.5")
                .tcp(sport: 40000, dport: 2, flags: [.syn, .ack]).bytes)
    }

    struct Wrong: CustomTestStringConvertible, Sendable {
        let words: String
        let message: String
        /// What the caret is under.
        let blamed: String
        var testDescription: String { words }
        init(_ words: String, _ message: String, _ blamed: String) {
            self.words = words
            self.message = message
            self.blamed = blamed
        }
    }

    @Test(
        "an error points at the word",
        arguments: [
            Wrong("tcp 1.2.3.4 to 5.6.7.8 sny", "did you mean 'syn'?", "sny"),
            Wrong("tpc 1.2.3.4", "did you mean 'tcp'?", "tpc"),
            Wrong("tcp 1.2.3.400 to 1.1.1.1", "'1.2.3.400' is not an address", "1.2.3.400"),
            Wrong("tcp 1.2.3.4:70000", "out of range", "1.2.3.4:70000"),
            Wrong("tcp 1.2.3.4:1-2", "is a range", "1.2.3.4:1-2"),
            Wrong("udp 1.2.3.4.53 > 1.1.1.1", "write 1.2.3.4:53", "1.2.3.4.53"),
            Wrong("tcp 1.1.1.1 to ::1", "'dst' is IPv6, and 'src' is IPv4", "::1"),
            Wrong("icmp 1.1.1.1 to 1.1.1.2:80", "'dport' needs tcp, udp or sctp", "1.1.1.2:80"),
            Wrong("tcp 1.1.1.1 to 2.2.2.2 ttl 256", "out of range", "256"),
            Wrong("tcp 1.1.1.1 to 2.2.2.2 ttl 1-3", "is a range", "1-3"),
            Wrong("tcp 1.1.1.1 to 2.2.2.2 ttl", "has no value", "ttl"),
            Wrong("tcp 1.1.1.1 to 2.2.2.2 [Q]", "the letters are", "[Q]"),
            Wrong("udp 1.1.1.1 to", "nothing behind 'to'", "to"),
            Wrong("udp tcp", "already has a proto", "tcp"),
            Wrong("1.1.1.1 2.2.2.2 3.3.3.3", "a third", "3.3.3.3"),
            Wrong("tcp [::1]x", "something behind its address", "[::1]x"),
            Wrong("icmp ::1 to ::2", "icmp is of IPv4", "icmp"),
        ])
    func wrong(_ row: Wrong) throws {
        let error = #expect(throws: PacketWordsError.self) { try PacketWords.frame(row.words) }
        let lines = "\(try #require(error))".split(separator: "\n").map(String.init)
        #expect(lines.first?.contains(row.message) ?? false, "\(lines)")
        let caret = try #require(lines.last)
        let under = zip(lines[1], caret).filter { $1 == "^" || $1 == "~" }.map(\.0)
        #expect(String(under) == row.blamed)
    }

    @Test("any words are a packet or an error")
    func hostile() {
        let pieces = [
            "tcp", "[", "]", "[]", ":", "::", ".", "to", ">", "fragment", "vlan", "-1", "é", "0x",
            "[::]:", "1.1.1.1:", "icmp-type", "hex", "\u{0}", "arp", "who-has",
        ]
        for first in pieces {
            for second in pieces {
                for third in pieces { _ = try? PacketWords.frame("\(first) \(second) \(third)") }
            }
        }
        #expect(throws: PacketWordsError.self) { try PacketWords.frame("  ") }
    }
}
