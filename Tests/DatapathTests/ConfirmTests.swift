import Glibc
import NetctlABI
import Policy
import PolicyCompiler
import Statistics
import Synchronization
import TestSupport
import Testing

@testable import Datapath

/// A policy that nobody confirms is gone at its deadline, without a process; one can go back.
@Suite("Commit-confirm and rollback", .requiresRoot)
struct ConfirmTests {
    /// Closes the service; the rule is called by what the policy is.
    private static func text(_ rule: String, _ action: String, _ way: LiveHook) -> String {
        """
        version: 1
        name: edge
        filters:
          \(way.filterName):
            default: pass
            rules:
              - { name: canary, match: { proto: udp, dport: 4001 }, action: drop }
              - { name: \(rule), match: { proto: udp, dport: 4000 }, action: \(action) }
        """
    }

    private static func applyFor(_ text: String, confirm: Duration) throws -> PendingRecord {
        let revision = PolicyRevision(try policy(text), setFiles: [])
        var options = Reconciler.ApplyOptions()
        options.confirm = confirm
        return try #require(try Reconciler().apply(revision, options).pending)
    }

    private static func waitUntilOver(_ pending: PendingRecord) {
        while !pending.isOver { usleep(10_000) }
    }

    /// What the next command says before it does nothing else.
    private static func nextCommand() throws -> [String] {
        let said = Mutex<[String]>([])
        try Reconciler { line in said.withLock { $0.append(line) } }.resume([])
        return said.withLock { $0 }
    }

    @Test(
        "unconfirmed: the old policy is back at the deadline, by itself, and every packet is counted",
        arguments: zip(LiveHook.all, LiveHook.alternating))
    func reverts(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            try traffic.attach()
            try apply(Self.text("open", "pass", way))
            #expect(try traffic.send(10, port: 4000, expecting: 10).received == 10)

            let pending = try Self.applyFor(Self.text("closed", "drop", way), confirm: .seconds(15))
            #expect(try traffic.send(10, port: 4000, expecting: 0).received == 0)
            let waiting = try traffic.statistics()
            #expect(waiting.attachment.state == .pendingConfirm)
            #expect(waiting.count(rule: "closed") == traffic.count(10))
            #expect(waiting.count(.drop) == traffic.count(10))
            #expect(!pending.isOver, "the machine was too slow for this test")

            Self.waitUntilOver(pending)
            #expect(try traffic.send(10, port: 4000, expecting: 10).received == 10)
            let over = try traffic.statistics()
            #expect(over.attachment.state == .active)
            #expect(over.count(rule: "open") == traffic.count(20))
            #expect(over.count(.drop) == traffic.count(10))
            #expect(over.explained == over.seen)

            #expect(
                try Self.nextCommand()
                    == ["policy 'edge' was not confirmed in time and is reverted"])
            let after = try traffic.statistics()
            #expect(after.rules.map(\.rule.name) == ["canary", "open"])
            #expect(after.count(rule: "open") == traffic.count(20))
            // The counts of what is gone stay in the sums.
            #expect(after.count(.drop) == traffic.count(10))
            #expect(after.explained == after.seen)
            #expect(try Self.nextCommand().isEmpty)
        }
    }

    @Test(
        "confirmed: it stays; rolled back: the old one, and forth again",
        arguments: [LiveHook.xdpgeneric, .ingressByClsact, .cgroupEgress])
    func confirmed(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            try traffic.attach()
            try apply(Self.text("open", "pass", way))
            let pending = try Self.applyFor(Self.text("closed", "drop", way), confirm: .seconds(60))
            #expect(throws: DatapathError.self) {
                try apply(Self.text("third", "pass", way))
            }
            #expect(try Reconciler().confirm() == "edge")
            #expect(throws: DatapathError.self) { try Reconciler().confirm() }
            #expect(!pending.isOver)
            #expect(try traffic.send(10, port: 4000, expecting: 0).received == 0)
            #expect(try traffic.statistics().attachment.state == .active)

            for (rule, received) in [("open", 10), ("closed", 0), ("open", 10)] {
                guard case .wentBack("edge", let steps) = try Reconciler().rollback() else {
                    Issue.record("nothing awaited a confirmation")
                    return
                }
                #expect(steps.count == 1 && steps[0].hasPrefix("put back "), "\(steps)")
                let outcome = try traffic.send(10, port: 4000, expecting: received)
                #expect(outcome.received == received)
                let statistics = try traffic.statistics()
                #expect(statistics.rules.map(\.rule.name) == ["canary", rule])
                #expect(statistics.explained == statistics.seen)
            }
            let statistics = try traffic.statistics()
            #expect(statistics.count(rule: "open") == traffic.count(20))
            #expect(statistics.count(.drop) == traffic.count(20))
            // A third policy takes the slots of neither; nor does it forget what they counted.
            try apply(Self.text("third", "pass", way))
            try apply(Self.text("fourth", "drop", way))
            let later = try traffic.statistics()
            #expect(later.count(.drop) == traffic.count(20))
            #expect(later.count(.rule) == statistics.count(.rule))
            #expect(later.explained == later.seen)
        }
    }

    @Test("rolled back before the deadline: reverted at once")
    func rolledBack() async throws {
        try await withTraffic(.xdpdrv, .ipv6) { traffic in
            try traffic.attach()
            try apply(Self.text("open", "pass", .xdpdrv))
            _ = try Self.applyFor(Self.text("closed", "drop", .xdpdrv), confirm: .seconds(60))
            guard case .reverted("edge") = try Reconciler().rollback() else {
                Issue.record("it did not await its confirmation")
                return
            }
            #expect(try traffic.send(10, port: 4000, expecting: 10).received == 10)
            #expect(try Self.nextCommand().isEmpty)
        }
    }

    @Test("a pause over a policy that awaits its confirmation, and one that outlasts it")
    func paused() async throws {
        try await withTraffic(.xdpgeneric, .ipv4) { traffic in
            let point = try traffic.target().point
            try traffic.attach()
            try apply(Self.text("open", "pass", .xdpgeneric))
            let first = try Self.applyFor(
                Self.text("closed", "drop", .xdpgeneric), confirm: .seconds(60))
            try Reconciler().pause([point], for: nil)
            #expect(try traffic.send(10, port: 4000, expecting: 10).received == 10)
            #expect(try traffic.statistics().attachment.state == .paused)
            #expect(try Reconciler().confirm() == first.policy)
            try Reconciler().resume([point])
            #expect(try traffic.send(10, port: 4000, expecting: 0).received == 0)

            let second = try Self.applyFor(
                Self.text("half", "pass", .xdpgeneric), confirm: .seconds(1))
            try Reconciler().pause([point], for: nil)
            Self.waitUntilOver(second)
            try Reconciler().resume([point])
            #expect(try traffic.send(10, port: 4000, expecting: 0).received == 0)
            #expect(
                try traffic.statistics().rules.map(\.rule.name) == ["canary", "closed"])
        }
    }

    @Test("what a policy attached and detached comes and goes with it")
    func attachments() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let name = pair.near.name
            func text(_ hooks: String) -> String {
                """
                version: 1
                name: edge
                filters: { inbound: { default: drop, rules: [] } }
                attach: [ { interface: \(name), mode: generic, tc: clsact, \(hooks) } ]
                """
            }
            func hooks() throws -> [String] {
                try Observation.now().attachments.map {
                    "\($0.point.hook) \($0.policy?.filter ?? "-")"
                }
            }
            // The first one: there is nothing to revert to but passing, and then nothing at all.
            let first = try Self.applyFor(text("xdp: inbound"), confirm: .milliseconds(300))
            Self.waitUntilOver(first)
            #expect(try hooks() == ["xdp -"])
            _ = try Self.nextCommand()
            #expect(try hooks() == [])

            try apply(text("xdp: inbound, tc-ingress: inbound"))
            let both = ["xdp inbound", "tc-ingress inbound"]
            #expect(try hooks() == both)
            let second = try Self.applyFor(
                text("xdp: inbound, tc-egress: inbound"), confirm: .milliseconds(300))
            Self.waitUntilOver(second)
            _ = try Self.nextCommand()
            #expect(try hooks() == both)

            _ = try Self.applyFor(
                text("xdp: inbound, tc-egress: inbound"), confirm: .seconds(60))
            #expect(try hooks() == ["xdp inbound", "tc-ingress -", "tc-egress inbound"])
            _ = try Reconciler().confirm()
            let other = ["xdp inbound", "tc-egress inbound"]
            #expect(try hooks() == other)
            for expected in [both, other, both] {
                _ = try Reconciler().rollback()
                #expect(try hooks() == expected)
            }
            #expect(try Reconciler().detachAll().attachments == 2)
            #expect(try PinRoot.existing() == nil)
        }
    }

    @Test(
        "traffic through deadlines, confirmations and rollbacks: none uncounted, none judged by no policy",
        arguments: [LiveHook.xdpdrv, .egressByTCX, .cgroupIngress].filter(LiveHook.all.contains))
    func flood(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            try traffic.attach()
            try apply(Self.text("a", "pass", way))
            let flood = CanaryFlood(traffic)
            async let sent = flood.run()
            for round in 0..<8 {
                let rule = round % 2 == 0 ? "b" : "a"
                let text = Self.text(rule, "pass", way)
                let short = try Self.applyFor(text, confirm: .milliseconds(2))
                Self.waitUntilOver(short)
                _ = try Self.nextCommand()
                _ = try Self.applyFor(text, confirm: .seconds(60))
                _ = try Reconciler().confirm()
                _ = try Reconciler().rollback()
                try apply(text)
                await Task.yield()
            }
            flood.stop()
            let result = try await sent
            let statistics = try traffic.statistics()
            #expect(result.sent > 100)
            #expect(result.received == result.sent)
            #expect(result.canaries == 0)
            #expect(statistics.count(rule: "canary") == traffic.count(result.sent))
            #expect(statistics.count(.drop) == traffic.count(result.sent))
            #expect(statistics.count(.rule) == traffic.count(2 * result.sent))
            #expect(statistics.explained == statistics.seen)
        }
    }
}
