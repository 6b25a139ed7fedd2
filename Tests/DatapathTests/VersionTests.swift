import NetctlABI
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// Attachments of another version: what an older netctl made is replaced in place, what a newer one made
/// is left alone.
@Suite("Versions of pins", .requiresRoot, .enabled(if: playsVersions, "needs a debug build"))
struct VersionTests {
    private static let newer = Int(NETCTL_ABI_VERSION) + 1

    private static func text(_ rule: String, _ way: LiveHook) -> String {
        """
        version: 1
        name: edge
        filters:
          \(way.filterName):
            default: pass
            rules: [{ name: \(rule), match: { proto: udp, dport: 4000 }, action: pass }]
        """
    }

    private static func playing<Result>(_ version: Int, _ body: () throws -> Result) rethrows
        -> Result
    {
        try ABIVersion.$played.withValue(version, operation: body)
    }

    @Test(
        "a newer netctl replaces an older one's in place, counters kept; then the older one refuses",
        arguments: [LiveHook.xdpgeneric, .egressByClsact, .cgroupIngress])
    func upgrade(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            try traffic.attach()
            try apply(Self.text("same", way))
            #expect(try traffic.send(10, port: 4000, expecting: 10).received == 10)
            let program = try traffic.statistics().attachment.programID
            try Self.playing(Self.newer) {
                let more = "rules: [{ name: other, match: { proto: tcp }, action: drop }, "
                let steps = try apply(Self.text("same", way).replacing("rules: [", with: more))
                #expect(
                    steps.allSatisfy { $0.hasPrefix("replace ") } && steps.count == 1, "\(steps)")
                #expect(try traffic.send(10, port: 4000, expecting: 10).received == 10)
                let statistics = try traffic.statistics()
                #expect(statistics.count(rule: "same") == traffic.count(20))
                #expect(statistics.explained == statistics.seen)
                #expect(statistics.attachment.programID == program)
                #expect(statistics.attachment.record.abi == Self.newer)
            }
            try Self.expectRefusals(traffic, way)
        }
    }

    @Test("what a newer netctl attached is not touched, and both versions are named")
    func refusal() async throws {
        try await withTraffic(.xdpgeneric, .ipv4) { traffic in
            try Self.playing(Self.newer) {
                try traffic.attach()
                try apply(Self.text("same", .xdpgeneric))
            }
            try Self.expectRefusals(traffic, .xdpgeneric)
            // But for the removal of everything, which a person asks for by that name.
            #expect(try Reconciler().detachAll().attachments == 1)
            #expect(try PinRoot.existing() == nil)
        }
    }

    /// Each command says no, and packets meet what they met before.
    private static func expectRefusals(_ traffic: HookTraffic, _ way: LiveHook) throws {
        let point = try traffic.target().point
        let commands: [(String, () throws -> Void)] = [
            ("attach", { try traffic.attach() }),
            ("apply", { try apply(text("other", way)) }),
            ("detach", { try Reconciler().detach([point]) }),
            ("pause", { try Reconciler().pause([point], for: nil) }),
            ("resume", { try Reconciler().resume([point]) }),
            ("rollback", { _ = try Reconciler().rollback() }),
            ("confirm", { _ = try Reconciler().confirm() }),
        ]
        for (name, command) in commands {
            let error = #expect(throws: DatapathError.self, "\(name)") { try command() }
            let text = error?.description ?? ""
            #expect(text.contains("ABI \(newer), this one knows \(newer - 1)"), "\(name): \(text)")
        }
        // Named or not, what cannot be read is not "nothing".
        let place = try traffic.target().location
        let words = place.cgroup.map { ["--cgroup", $0] } ?? [place.interface ?? "?"]
        let typed = try run([Netctl.besideTests, "detach"] + words)
        #expect(typed.status == 1 && typed.stderr.contains("ABI \(newer)"), "\(typed)")
        let observation = try Observation.now()
        #expect(observation.attachments.isEmpty)
        #expect(observation.problems.map(\.code) == ["unreadable"])
        #expect(observation.problems.allSatisfy { $0.message.contains("ABI \(newer)") })
        #expect(try traffic.send(10, port: 4000, expecting: 10).received == 10)
        try playing(newer) {
            let statistics = try traffic.statistics()
            #expect(statistics.rules.last?.rule.name == "same")
            #expect(statistics.explained == statistics.seen)
        }
    }

    @Test("what is older than the oldest that is known is refused, too") func older() {
        let oldest = Int(NETCTL_ABI_OLDEST)
        let refusal = ABIVersion.refusal(of: oldest - 1, "eth1 xdp")?.description ?? ""
        #expect(refusal.contains("an older netctl made it (ABI \(oldest - 1), this one knows"))
        #expect(ABIVersion.refusal(of: oldest, "eth1 xdp") == nil)
    }
}

private let playsVersions: Bool = {
    #if DEBUG
        true
    #else
        false
    #endif
}()
