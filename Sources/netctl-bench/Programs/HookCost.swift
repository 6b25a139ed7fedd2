import BPF
import Datapath
import Policy
import PolicyCompiler

/// What the same filter costs on each hook, for the same packets.
///
/// TC has one program for both directions, and the cgroup hooks another: ingress stands for both.
struct HookCost {
    private static let hooks: [Hook] = [.xdp, .tcIngress, .cgroupIngress]
    private static let ruleCounts = [0, 10, 1000]

    private let cases: [ProgramCase]

    /// Loads every body; nothing is measured yet.
    init() throws {
        var cases: [ProgramCase] = []
        for hook in Self.hooks {
            let flows = try RandomRules(count: 0, flows: ProgramCase.apartFlows, seed: 1).flows
            let bare = try DetachedHook(hook, multiBuffer: hook == .xdp)
            cases.append(
                try ProgramCase(
                    "\(hook), no body", .stub(bare), flows, verdict: hook.passing,
                    over: hook == .xdp ? nil : "xdp, no body"))
            for count in Self.ruleCounts {
                let rules = try RandomRules(
                    count: count, flows: ProgramCase.apartFlows, seed: UInt64(count))
                let loaded = try DetachedHook(hook, multiBuffer: hook == .xdp)
                try loaded.putInForce(loaded.load(CompiledFilter(rules.filter, sets: [])))
                let title = count == 0 ? "no rules" : "\(grouped(count)) rules"
                cases.append(
                    try ProgramCase(
                        "\(hook), \(title)", .stub(loaded), rules.flows,
                        verdict: count == 0 ? hook.passing : nil,
                        over: hook == .xdp ? nil : "xdp, \(title)"))
            }
        }
        self.cases = cases
        for item in cases { try item.check() }
    }

    /// Measures in rounds, each of which takes every case once.
    func run(rounds: Int) throws -> [Measurement] {
        for round in 1...rounds {
            Progress.say("hooks, round \(round) of \(rounds)")
            for item in cases { try item.runSame() }
            let statistics = try RunStatistics()
            for item in cases { try item.runApart() }
            _ = consume statistics
        }
        return cases.flatMap(\.measurements)
    }
}

extension Hook {
    /// What its programs return for a packet that passes: XDP_PASS, TC_ACT_UNSPEC, 1.
    fileprivate var passing: UInt32 {
        switch self {
        case .xdp: ProgramCase.pass
        case .tcIngress, .tcEgress: .max
        case .cgroupIngress, .cgroupEgress, .cgroupDevice: 1
        }
    }
}
