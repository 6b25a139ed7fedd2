import NetTypes
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// The block list on real packets, on every hook, each packet accounted for.
@Suite("Blocked traffic", .requiresRoot)
struct BlockTrafficTests {
    private static let passesAll = """
        version: 1
        name: edge
        filters:
          inbound: { default: drop, rules: [{ name: service, match: {}, action: pass }] }
          outbound: { default: drop, rules: [{ name: service, match: {}, action: pass }] }
        """

    static func block(_ addresses: String..., for duration: Duration? = nil) throws {
        _ = try BlockList.add(set(addresses), for: duration, reason: .none)
    }

    private static func set(_ addresses: [String]) throws -> AddressSet {
        let prefixes = try addresses.map { try IPPrefix($0) }
        return AddressSet(
            ipv4: prefixes.compactMap { if case .v4(let prefix) = $0 { prefix } else { nil } },
            ipv6: prefixes.compactMap { if case .v6(let prefix) = $0 { prefix } else { nil } })
    }

    @Test(
        "what is blocked is dropped at once, with a policy that passes it and without one",
        arguments: zip(LiveHook.all, LiveHook.alternating))
    func blocks(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            try traffic.attach()
            try Self.block(traffic.wire.threat)
            let first = try traffic.exchange(500)
            #expect(first.received == 500)

            try apply(Self.passesAll)
            let second = try traffic.exchange(500)
            #expect(second.received == 500)
            #expect(second.refused == (way.hook == .cgroupEgress ? 500 : 0))

            let statistics = try traffic.statistics()
            #expect(statistics.count(.block) == traffic.count(1000))
            #expect(statistics.count(.drop) == traffic.count(1000))
            #expect(statistics.explained == statistics.seen)
            let entries = try BlockList.entries()
            #expect(entries.map(\.count) == [traffic.count(1000)])
            #expect(entries.map(\.expires) == [nil])

            // Who sent most, and what became of it.
            let attachment = statistics.attachment
            let talkers = try attachment.readTalkers()
            let ends =
                way.isEgress ? [traffic.wire.server] : [traffic.wire.threat, traffic.wire.friend]
            for end in ends {
                let talker = try #require(talkers.first { $0.address.description == end })
                let isBlocked = way.isEgress || end == traffic.wire.threat
                #expect(talker.error == 0)
                #expect(talker.dropped == (isBlocked ? 1000 : 0))
                #expect(talker.count == traffic.count(way.isEgress ? 2000 : 1000))
            }
            try attachment.resetCounters()
            #expect(try attachment.readTalkers().isEmpty)
        }
    }

    @Test(
        "a thousand changes of the list while packets flow lose and pass none that they should not")
    func underTraffic() async throws {
        try await withTraffic(.xdpdrv, .ipv4) { traffic in
            try traffic.attach()
            try apply(Self.passesAll)
            try Self.block(traffic.wire.threat)
            async let changes: Void = {
                for round in 0..<500 {
                    try Self.block("203.0.113.\(round % 250)", "10.77.0.\(100 + round % 20)")
                    _ = try BlockList.remove(
                        Self.set(["203.0.113.\(round % 250)", "10.77.0.\(100 + round % 20)"]))
                    await Task.yield()
                }
            }()
            let outcome = try traffic.exchange(20_000)
            try await changes
            #expect(outcome.received == 20_000)
            let statistics = try traffic.statistics()
            #expect(statistics.count(.block) == traffic.count(20_000))
            #expect(statistics.count(rule: "service").packets >= 20_000)
            #expect(statistics.explained == statistics.seen)
            #expect(try BlockList.entries().count == 1)
        }
    }

    @Test("a block ends by itself, and an apply does not")
    func expires() async throws {
        try await withTraffic(.xdpgeneric, .ipv6) { traffic in
            try traffic.attach()
            try Self.block("fd00:77::/64", for: .seconds(3600))
            try apply(Self.passesAll)
            let blocked = try traffic.send(20, port: 4000, expecting: 0)
            #expect(blocked.received == 0)
            // Added again, it ends earlier.
            try Self.block("fd00:77::/64", for: .milliseconds(1))
            try await Task.sleep(for: .milliseconds(20))
            let passed = try traffic.send(20, port: 4000, expecting: 20)
            #expect(passed.received == 20)
            #expect(try BlockList.entries().isEmpty)
        }
    }

    @Test("a monitoring attachment reports only, a pause passes, the last detach removes the list")
    func softer() async throws {
        try await withTraffic(.xdpgeneric, .ipv4) { traffic in
            try traffic.attach()
            try apply(
                Self.passesAll.replacing("default: drop,", with: "monitor: true, default: drop,"))
            let added = try BlockList.add(
                Self.set([traffic.wire.friend]), for: nil, reason: .none)
            #expect(added.reporting.count == 1)
            let monitored = try traffic.send(20, port: 4000, expecting: 20)
            #expect(monitored.received == 20)
            #expect(try traffic.statistics().count(.monitor) == traffic.count(20))
            #expect(try BlockList.entries().map(\.count.packets) == [20])

            try apply(Self.passesAll)
            let point = try traffic.target().point
            try Reconciler().pause([point], for: nil)
            #expect(try traffic.send(20, port: 4000, expecting: 20).received == 20)
            try Reconciler().resume([point])
            #expect(try traffic.send(20, port: 4000, expecting: 0).received == 0)

            #expect(try Reconciler().detach([point]) == 1)
            #expect(throws: DatapathError.self) { try BlockList.entries() }
        }
    }

    @Test("explain asks the program, names the entry and counts no hit")
    func explains() async throws {
        try await withTraffic(.xdpgeneric, .ipv4) { traffic in
            try traffic.attach()
            try Self.block("10.77.0.0/16")
            let frame = Packet.ethernet().ipv4(src: "10.77.0.9", dst: "10.77.0.1").udp(dport: 9)
                .bytes
            for hasPolicy in [false, true] {
                if hasPolicy { try apply(Self.passesAll) }
                let attachment = try traffic.statistics().attachment
                let trial = try FilterTrial(
                    inForceAt: attachment, attachment.policy.flatMap(PolicyInForce.init))
                let answer = try trial.judge(frame)
                #expect(answer.judgement == .init(.drop, .block))
                #expect(answer.blockedBy?.prefix == (try IPPrefix("10.77.0.0/16")))
                #expect(answer.isFromProgram && answer.disagreement == nil && answer.trace.isEmpty)
                let other = Packet.ethernet().ipv4(src: "10.78.0.9", dst: "10.77.0.1").udp(dport: 9)
                let passed = try trial.judge(other.bytes)
                #expect(passed.judgement.verdict == .pass && passed.blockedBy == nil)
            }
            #expect(try BlockList.entries().map(\.count) == [.zero])
        }
    }
}
