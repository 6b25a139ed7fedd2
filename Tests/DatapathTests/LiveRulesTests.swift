import Netlink
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// What rules can do besides pass and drop, and pauses, with real packets on every hook.
@Suite("Live rules", .requiresRoot)
struct LiveRulesTests {
    private static func text(_ way: LiveHook, _ rules: String..., keys: String = "") -> String {
        """
        version: 1
        name: edge
        filters:
          \(way.filterName):
            default: pass
            \(keys)
            rules:
        \(rules.map { "      - \($0)\n" }.joined())
        """
    }

    @Test(
        "count rules count once and go on; what exceeds a limit is dropped; monitored drops pass",
        arguments: LiveHook.all, Wire.Family.allCases)
    func rules(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            try traffic.attach()
            try apply(
                Self.text(
                    way,
                    "{ name: seen, match: { proto: udp, dport: 4000-4002 }, action: count }",
                    "{ name: flood, match: { proto: udp, dport: 4001 }, "
                        + "limit: { rate: 1/h, burst: 10 }, action: drop }",
                    "{ name: would, match: { proto: udp, dport: 4002 }, action: drop, "
                        + "monitor: true }",
                    "{ name: rest, match: { proto: udp, dport: 4000-4002 }, action: pass }"))
            #expect(try traffic.send(40, port: 4000, expecting: 40).received == 40)
            let limited = try traffic.send(40, port: 4001, expecting: 10)
            #expect(limited.received == 10)
            #expect(limited.refused == (way.hook == .cgroupEgress ? 30 : 0))
            #expect(try traffic.send(40, port: 4002, expecting: 40).received == 40)

            let statistics = try traffic.statistics()
            #expect(statistics.count(rule: "seen") == traffic.count(120))
            #expect(statistics.count(rule: "flood") == traffic.count(30))
            #expect(statistics.count(rule: "would") == traffic.count(40))
            #expect(statistics.wouldDrop == traffic.count(40))
            #expect(statistics.count(rule: "rest") == traffic.count(50))
            #expect(statistics.count(.drop) == traffic.count(30))
            #expect(statistics.count(.rule) == traffic.count(80))
            #expect(statistics.explained == statistics.seen)
            if way.hook.place == .cgroup { #expect(statistics.seen == traffic.count(120)) }
        }
    }

    @Test("a filter that only reports drops nothing", arguments: LiveHook.all)
    func monitored(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            try traffic.attach()
            let threat =
                "{ name: threat, match: { \(way.remote): \(traffic.wire.friend) }, action: drop }"
            try apply(Self.text(way, threat, keys: "monitor: true"))
            let outcome = try traffic.send(40, port: 4000, expecting: 40)
            #expect(outcome == HookTraffic.Outcome(received: 40, refused: 0))
            let statistics = try traffic.statistics()
            #expect(statistics.count(rule: "threat") == traffic.count(40))
            #expect(statistics.wouldDrop == traffic.count(40))
            #expect(statistics.count(.drop) == .zero)
        }
    }

    @Test(
        "a pause passes and counts; resumed, the policy is in force again", arguments: LiveHook.all,
        Wire.Family.allCases)
    func pause(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            try traffic.attach()
            let rule = "{ name: canary, match: { proto: udp, dport: 4001 }, action: drop }"
            try apply(Self.text(way, rule))
            let point = try traffic.target().point
            func received(expecting expected: Int) throws -> Int {
                try traffic.send(30, port: 4001, expecting: expected).received
            }
            #expect(try received(expecting: 0) == 0)
            try Reconciler().pause([point], for: nil)
            #expect(try traffic.statistics().attachment.state == .paused)
            #expect(try received(expecting: 30) == 30)
            // What is applied meanwhile waits behind the pause.
            try apply(Self.text(way, rule, "{ name: more, match: {}, action: count }"))
            #expect(try received(expecting: 30) == 30)
            try Reconciler().resume([point])
            #expect(try received(expecting: 0) == 0)

            let statistics = try traffic.statistics()
            #expect(statistics.attachment.state == .active)
            #expect(statistics.count(rule: "canary") == traffic.count(60))
            #expect(statistics.count(.drop) == traffic.count(60))
            #expect(statistics.count(.paused).packets >= 60)
            #expect(statistics.explained == statistics.seen)
            if way.hook.place == .cgroup {
                #expect(statistics.count(.paused) == traffic.count(60))
                #expect(statistics.seen == traffic.count(120))
            }
        }
    }

    @Test("redirect sends frames out of another interface", arguments: LiveHook.tc)
    func redirect(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            let wire = traffic.wire
            let other = try VethPair.create(near: "near1", far: "far1", subnet: 78)
            try traffic.attach()
            let text = Self.text(
                way,
                "{ name: aside, match: { proto: udp, dport: 4001 }, action: { redirect: near1 } }")
            #expect(try apply(text).count == 1)
            #expect(try apply(text) == [])

            let frame = Packet.ethernet().ipv4(src: "10.9.9.9", dst: "10.9.9.8").udp(
                dport: 4001, payload: Array("netctl".utf8)
            ).bytes
            let aside = try other.onFar { try FrameReceiver(interface: "far1") }
            if way.isEgress {
                try FrameSocket(interface: wire.pair.near.name).send(frame, count: 100)
            } else {
                try wire.pair.onFar {
                    try FrameSocket(interface: wire.pair.far.name).send(frame, count: 100)
                }
            }
            #expect(aside.count(of: frame, exactly: 100) == 100)
            let statistics = try traffic.statistics()
            #expect(statistics.count(.redirect) == traffic.count(100))
            #expect(statistics.count(rule: "aside") == traffic.count(100))
            #expect(statistics.count(.drop) == .zero)
            #expect(statistics.count(.aborted) == .zero)
            #expect(statistics.explained == statistics.seen)

            // Another interface of that name: the rule goes there at the next apply.
            try runChecked(["ip", "link", "delete", "near1"])
            let error = #expect(throws: DatapathError.self) { try apply(text) }
            #expect(error?.description.contains("no interface 'near1' (ENODEV)") == true)
            let again = try VethPair.create(near: "near1", far: "far1", subnet: 79)
            #expect(try apply(text).count == 1)
            let anew = try again.onFar { try FrameReceiver(interface: "far1") }
            if way.isEgress {
                try FrameSocket(interface: wire.pair.near.name).send(frame, count: 100)
            } else {
                try wire.pair.onFar {
                    try FrameSocket(interface: wire.pair.far.name).send(frame, count: 100)
                }
            }
            #expect(anew.count(of: frame, exactly: 100) == 100)
            #expect(try traffic.statistics().count(.redirect) == traffic.count(200))
        }
    }
}
