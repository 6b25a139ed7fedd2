import Policy
import PolicyCompiler
import TestSupport
import Testing

/// Monitoring in the real program: nothing is dropped, and it is said what would be.
@Suite("Monitoring", .requiresRoot) struct MonitorTests {
    private let blocked = Packet.ethernet().ipv4(src: "192.0.2.1").udp()
    private let other = Packet.ethernet().ipv4(src: "198.51.100.1").udp()

    private func filter(_ keys: String, _ rule: String) throws -> LoadedFilter {
        try LoadedFilter(
            policy(
                """
                version: 1
                name: test
                filters:
                  inbound:
                    \(keys)
                    rules:
                      - \(rule)
                """))
    }

    @Test("a monitored rule passes what it would drop, and later rules are not asked")
    func rule() throws {
        let filter = try LoadedFilter(
            default: "drop",
            "{ name: bad, match: { src: 192.0.2.0/24 }, action: drop, monitor: true }",
            "{ name: all, match: { proto: udp }, action: drop }")
        #expect(try filter.judge(blocked) == .monitored(rule: "bad"))
        #expect(try filter.judge(other) == .drop(rule: "all"))
    }

    @Test("a monitored filter drops nothing: not by rules, not by default, not what is malformed")
    func wholeFilter() throws {
        let filter = try filter(
            "default: drop\n    non-ip: drop\n    monitor: true",
            "{ name: bad, match: { src: 192.0.2.0/24 }, action: drop }")
        #expect(try filter.judge(blocked) == .monitored(rule: "bad"))
        #expect(try filter.judge(other) == .pass(.monitor))
        #expect(try filter.judge(blocked.truncated(to: 20)) == .pass(.monitor))
        #expect(
            try filter.judge(Packet.ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2"))
                == .pass(.monitor))
    }

    @Test("what passes anyway is not monitored") func passing() throws {
        let filter = try filter(
            "default: pass\n    monitor: true",
            "{ name: friends, match: { src: 192.0.2.0/24 }, action: pass }")
        #expect(try filter.judge(blocked) == .pass(rule: "friends"))
        #expect(try filter.judge(other) == .pass(.default))
    }
}
