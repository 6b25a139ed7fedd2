import Glibc
import PolicyCompiler
import TestSupport
import Testing

/// Limits in the real program: a rule with one is for what exceeds it.
@Suite("Limits", .requiresRoot) struct LimitTests {
    private static let within = Outcome.pass(.default)
    private static let over = Outcome.drop(rule: "flood")

    private func udp(_ source: String) -> [UInt8] {
        source.contains(":")
            ? Packet.ethernet().ipv6(src: source).udp().bytes
            : Packet.ethernet().ipv4(src: source).udp().bytes
    }

    /// The outcomes of one packet from each source, in order.
    private func outcomes(_ filter: LoadedFilter, _ sources: String...) throws -> [Outcome] {
        try sources.map { try filter.judge(udp($0)) }
    }

    private func filter(_ limit: String, match: String = "proto: udp") throws -> LoadedFilter {
        try LoadedFilter(
            "{ name: flood, match: { \(match) }, limit: { \(limit) }, action: drop }")
    }

    @Test("a burst is let by, what exceeds it is the rule's") func burst() throws {
        let filter = try filter("rate: 1/h, burst: 3")
        #expect(
            try outcomes(filter, "10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1")
                == [Self.within, Self.within, Self.within, Self.over, Self.over])
    }

    @Test("without a burst it is one second's rate, and at least one packet")
    func defaultBurst() throws {
        let rare = try filter("rate: 1/h")
        #expect(try outcomes(rare, "10.0.0.1", "10.0.0.1") == [Self.within, Self.over])
        let minute = try filter("rate: 120/m")
        #expect(
            try outcomes(minute, "10.0.0.1", "10.0.0.1", "10.0.0.1")
                == [Self.within, Self.within, Self.over])
    }

    @Test("all: sources share a bucket") func all() throws {
        let filter = try filter("rate: 1/h, burst: 2, per: all")
        #expect(
            try outcomes(filter, "10.0.0.1", "10.9.9.9", "fd00::1")
                == [Self.within, Self.within, Self.over])
    }

    @Test("src: IPv4 by address, IPv6 by /64") func source() throws {
        let filter = try filter("rate: 1/h, per: src")
        #expect(
            try outcomes(
                filter, "10.0.0.1", "10.0.0.2", "10.0.0.1", "fd00::1", "fd00::2", "fd00:0:0:1::1")
                == [Self.within, Self.within, Self.over, Self.within, Self.over, Self.within])
    }

    @Test("src-net: IPv4 by /24, IPv6 by /56") func network() throws {
        let filter = try filter("rate: 1/h, per: src-net")
        #expect(
            try outcomes(
                filter, "10.0.0.1", "10.0.0.2", "10.0.1.1", "fd00::1", "fd00:0:0:ff::1",
                "fd00:0:0:100::1")
                == [Self.within, Self.over, Self.within, Self.within, Self.over, Self.within])
    }

    @Test("only packets that match take tokens") func matching() throws {
        let filter = try filter("rate: 1/h", match: "proto: udp, dport: 53")
        let other = Packet.ethernet().ipv4().udp(dport: 80)
        #expect(try filter.judge(other) == Self.within)
        #expect(try filter.judge(Packet.ethernet().ipv4().udp(dport: 53)) == Self.within)
        #expect(try filter.judge(Packet.ethernet().ipv4().udp(dport: 53)) == Self.over)
        #expect(try filter.judge(other) == Self.within)
    }

    @Test("a rule of addresses alone is not decided without its limit") func decided() throws {
        let filter = try filter("rate: 1/h, burst: 2", match: "src: 10.0.0.0/8")
        #expect(
            try outcomes(filter, "10.0.0.1", "10.0.0.1", "10.0.0.1", "192.0.2.1")
                == [Self.within, Self.within, Self.over, Self.within])
    }

    @Test("what is within goes on to the next rule") func next() throws {
        let filter = try LoadedFilter(
            "{ name: flood, match: { src: 10.0.0.0/8 }, limit: { rate: 1/h }, action: drop }",
            "{ name: friends, match: { src: 10.0.0.0/8 }, action: pass }")
        #expect(
            try outcomes(filter, "10.0.0.1", "10.0.0.1")
                == [.pass(rule: "friends"), Self.over])
    }

    @Test("a count rule counts what exceeds its limit, and goes on") func count() throws {
        let filter = try LoadedFilter(
            "{ name: many, match: { proto: udp }, limit: { rate: 1/h }, action: count }")
        #expect(
            try outcomes(filter, "10.0.0.1", "10.0.0.1")
                == [Self.within, Self.within.counting("many")])
    }

    @Test("the bucket fills again at the rate") func refill() throws {
        let filter = try filter("rate: 1000/s, burst: 1")
        // At most every other packet: one test run takes far less than a millisecond, a hundred
        // milliseconds are a hundred tokens, of which the bucket holds one.
        _ = try outcomes(filter, "10.0.0.1")
        usleep(100_000)
        #expect(try outcomes(filter, "10.0.0.1") == [Self.within])
    }
}
