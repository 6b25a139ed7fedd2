import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// Real packets over a real wire, each of them accounted for.
@Suite("Live traffic", .requiresRoot)
struct LiveTrafficTests {
    @Test(
        "10,000 datagrams, half of them blocked: 5,000 dropped, 5,000 passed and received",
        arguments: LiveHook.all, Wire.Family.allCases)
    func exact(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            try traffic.attach()
            try apply(
                """
                version: 1
                name: edge
                filters:
                  \(way.filterName):
                    default: pass
                    rules:
                      - { name: threat, action: drop,
                          match: { \(way.remote): "\(traffic.wire.threat)", proto: udp, dport: 4000 } }
                      - { name: service, match: { proto: udp, dport: 4000 }, action: pass }
                """)
            let outcome = try traffic.exchange(5000)

            #expect(outcome.received == 5000)
            #expect(outcome.refused == (way.hook == .cgroupEgress ? 5000 : 0))
            let statistics = try traffic.statistics()
            let exact = traffic.count(5000)
            #expect(statistics.count(rule: "threat") == exact)
            #expect(statistics.count(rule: "service") == exact)
            // Nothing else is dropped; what else is seen (router solicitations) passes by default.
            #expect(statistics.count(.drop) == exact)
            #expect(statistics.count(.pass) == statistics.seen &- exact)
            #expect(statistics.explained == statistics.seen)
            #expect(statistics.count(.rule) == traffic.count(10000))
            // The sockets of the cgroup see and send nothing else.
            if way.hook.place == .cgroup { #expect(statistics.seen == traffic.count(10000)) }
        }
    }

    @Test(
        "traffic through 100 applies, or NETCTL_APPLIES: none uncounted, none judged by no policy",
        arguments: zip(LiveHook.all, LiveHook.alternating))
    func throughApplies(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            try traffic.attach()
            let policies = [Self.policy("a", way), Self.policy("b", way)]
            try apply(policies[1])

            let flood = CanaryFlood(traffic)
            async let sent = flood.run()
            for round in 0..<manyApplies {
                #expect(try apply(policies[round % 2]).count == 1)
                // Lets the traffic begin, on its own thread.
                await Task.yield()
            }
            flood.stop()
            let result = try await sent

            let statistics = try traffic.statistics()
            #expect(result.sent > 100)
            #expect(result.received == result.sent)
            #expect(result.canaries == 0)
            #expect(result.refused == (way.hook == .cgroupEgress ? result.sent : 0))
            let each = traffic.count(result.sent)
            #expect(statistics.count(rule: "service") == each)
            #expect(statistics.count(rule: "canary") == each)
            #expect(statistics.count(.drop) == each)
            #expect(statistics.explained == statistics.seen)
        }
    }

    /// Both have `canary` and `service`, at different places, and a rule of their own.
    private static func policy(_ own: String, _ way: LiveHook) -> String {
        let rules = [
            "{ name: only-\(own), match: { proto: udp, dport: 9 }, action: count }",
            "{ name: canary, match: { proto: udp, dport: 4001 }, action: drop }",
            "{ name: service, match: { proto: udp, dport: 4000 }, action: pass }",
        ]
        let ordered = own == "a" ? rules : [rules[2], rules[0], rules[1]]
        return """
            version: 1
            name: edge
            filters:
              \(way.filterName):
                default: pass
                rules:
            \(ordered.map { "      - \($0)\n" }.joined())
            """
    }

    @Test("a policy is in force from an attachment's first packet on, and its counts outlive it")
    func retiredCounts() async throws {
        try await withTraffic(.xdpgeneric, .ipv4) { traffic in
            let wire = traffic.wire
            try traffic.attach()
            func filter(_ rules: String...) -> String {
                """
                version: 1
                name: edge
                filters:
                  inbound:
                    default: pass
                    rules:
                \(rules.map { "      - \($0)\n" }.joined())
                """
            }
            let threat = "{ name: threat, match: { src: \(wire.threat) }, action: drop }"
            let renamed = "{ name: renamed, match: { src: \(wire.threat) }, action: drop }"
            let service = "{ name: service, match: { dport: 4000 }, action: pass }"
            try apply(filter(threat, service))
            #expect(try traffic.exchange(40).received == 40)
            let before = try wire.statistics()

            try apply(filter(renamed, service))
            let after = try wire.statistics()
            // What the removed rule had counted stays in the sums.
            #expect(after.count(rule: "renamed") == .zero)
            #expect(after.count(rule: "service") == before.count(rule: "service"))
            #expect(after.packets(.drop) == before.packets(.drop))
            #expect(after.count(.rule) == before.count(.rule))
            #expect(after.explained == after.seen)

            try after.attachment.resetCounters()
            let reset = try wire.statistics()
            #expect(reset.count(.rule) == .zero)
            #expect(reset.packets(.drop) == 0)
            #expect(try traffic.exchange(10).received == 10)
            #expect(try wire.statistics().count(rule: "renamed").packets == 10)
            #expect(try wire.statistics().count(rule: "service").packets == 10)
        }
    }
}
