import Policy
import PolicyCompiler
import Statistics
import Synchronization
import TestSupport
import Testing

@testable import Datapath

/// Real packets over a real wire, each of them accounted for.
@Suite("Live traffic", .requiresRoot)
struct LiveTrafficTests {
    /// Datagrams on their way at once: fewer than the 256 that a veth ring holds, and than fit a
    /// socket's buffer, so that nobody but netctl drops any.
    private static let burst = 50

    @Test(
        "10,000 datagrams, half of them blocked: 5,000 dropped, 5,000 passed and received",
        arguments: [XDPModeRequest.xdpgeneric, .xdpdrv], Wire.Family.allCases)
    func exact(mode: XDPModeRequest, family: Wire.Family) async throws {
        try await withSandbox {
            let wire = try Wire(family)
            _ = try Reconciler().attach(wire.target(mode))
            try apply(
                """
                version: 1
                name: edge
                filters:
                  inbound:
                    default: pass
                    rules:
                      - { name: threat, match: { src: "\(wire.threat)", proto: udp, dport: 4000 },
                          action: drop }
                      - { name: service, match: { proto: udp, dport: 4000 }, action: pass }
                """)
            let received = try Self.exchange(wire, count: 5000)

            #expect(received == 5000)
            let statistics = try wire.statistics()
            #expect(statistics.attachment.record.mode == mode.required.map(AttachMode.xdp))
            let exact = Count(packets: 5000, bytes: 5000 * wire.frameBytes(payload: 6))
            #expect(statistics.count(rule: "threat") == exact)
            #expect(statistics.count(rule: "service") == exact)
            // Nothing else is dropped; what else is seen (router solicitations) passes by default.
            #expect(statistics.count(.drop) == exact)
            #expect(statistics.count(.pass) == statistics.seen &- exact)
            #expect(statistics.explained == statistics.seen)
            #expect(statistics.count(.rule) == Count(packets: 10000, bytes: 2 * exact.bytes))
        }
    }

    /// Sends `count` datagrams from the friend and as many from the threat; answers how many came.
    private static func exchange(_ wire: Wire, count: Int) throws -> Int {
        let receiver = try UDPSocket(bound: wire.server, port: Wire.servicePort)
        return try wire.pair.onFar {
            let friend = try UDPSocket(bound: wire.friend)
            let threat = try UDPSocket(bound: wire.threat)
            var received = 0
            var sent = 0
            while sent < count {
                let now = min(burst / 2, count - sent)
                try threat.send(now, to: wire.server, port: Wire.servicePort)
                try friend.send(now, to: wire.server, port: Wire.servicePort)
                sent += now
                received += receiver.receive(expecting: sent - received, quiet: .seconds(2))
                guard received == sent else { return received }
            }
            return received + receiver.receive(expecting: 1)
        }
    }

    @Test(
        "traffic through 100 applies: none uncounted, none judged by no policy",
        arguments: [XDPModeRequest.xdpgeneric, .xdpdrv], Wire.Family.allCases)
    func hundredApplies(mode: XDPModeRequest, family: Wire.Family) async throws {
        try await withSandbox {
            let wire = try Wire(family)
            _ = try Reconciler().attach(wire.target(mode))
            let policies = [Self.policy("a", "first"), Self.policy("b", "second")]
            try apply(policies[1])

            let canaries = try UDPSocket(bound: wire.server, port: Wire.canaryPort)
            let traffic = Traffic(wire)
            async let sent = traffic.run()
            for round in 0..<100 {
                #expect(try apply(policies[round % 2]).count == 1)
                // Lets the traffic begin, on its own thread.
                await Task.yield()
            }
            traffic.stop()
            let (services, received) = try await sent

            let statistics = try wire.statistics()
            #expect(services > 100)
            #expect(received == services)
            #expect(canaries.receive(expecting: 1) == 0)
            let bytes = wire.frameBytes(payload: 6)
            let each = Count(packets: UInt64(services), bytes: UInt64(services) * bytes)
            #expect(statistics.count(rule: "service") == each)
            #expect(statistics.count(rule: "canary") == each)
            #expect(statistics.count(.drop) == each)
            #expect(statistics.explained == statistics.seen)
        }
    }

    /// Both have `canary` and `service`, at different places, and a rule of their own.
    private static func policy(_ own: String, _ filter: String) -> String {
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
              inbound:
                default: pass
                rules:
            \(ordered.map { "      - \($0)\n" }.joined())
            """
    }

    @Test("a policy is in force from an attachment's first packet on, and its counts outlive it")
    func retiredCounts() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            _ = try Reconciler().attach(wire.target(.xdpgeneric))
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
            #expect(try Self.exchange(wire, count: 40) == 40)
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
            #expect(try Self.exchange(wire, count: 10) == 10)
            #expect(try wire.statistics().count(rule: "renamed").packets == 10)
            #expect(try wire.statistics().count(rule: "service").packets == 10)
        }
    }
}

/// Datagrams to the service and to the canary's port, as many of each, until told to stop.
private final class Traffic: Sendable {
    private let wire: Wire
    private let isStopped = Atomic(false)

    init(_ wire: Wire) { self.wire = wire }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Answers how many were sent to each port, and how many the service received.
    func run() async throws -> (sent: Int, received: Int) {
        let receiver = try UDPSocket(bound: wire.server, port: Wire.servicePort)
        return try await wire.pair.onFar { [self] () async throws -> (sent: Int, received: Int) in
            let friend = try UDPSocket(bound: wire.friend)
            var sent = 0
            var received = 0
            while !isStopped.load(ordering: .relaxed) {
                for _ in 0..<20 {
                    try friend.send(to: wire.server, port: Wire.canaryPort)
                    try friend.send(to: wire.server, port: Wire.servicePort)
                }
                sent += 20
                received += receiver.receive(expecting: sent - received, quiet: .seconds(2))
                guard received == sent else { break }
            }
            return (sent, received + receiver.receive(expecting: 1))
        }
    }
}
