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
    private static let columns =
        ["no body"] + ruleCounts.map { $0 == 0 ? "no rules" : "\(grouped($0)) rules" }

    /// By hook, in the order of the columns.
    private let cases: [[ProgramCase]]

    /// Loads every body; nothing is measured yet.
    init() throws {
        cases = try Self.hooks.map { hook in
            let flows = try RandomRules(count: 0, flows: ProgramCase.flows, seed: 1).flows
            let bare = try DetachedHook(hook, multiBuffer: hook == .xdp)
            var cases = [
                ProgramCase("\(hook), no body", .stub(bare), flows, verdict: hook.passing)
            ]
            for count in Self.ruleCounts {
                let rules = try RandomRules(
                    count: count, flows: ProgramCase.flows, seed: UInt64(count))
                let loaded = try DetachedHook(hook, multiBuffer: hook == .xdp)
                try loaded.putInForce(loaded.load(CompiledFilter(rules.filter, sets: [])))
                cases.append(
                    ProgramCase(
                        "\(hook), \(count) rules", .stub(loaded), rules.flows,
                        verdict: count == 0 ? hook.passing : nil))
            }
            return cases
        }
        for item in cases.joined() { try item.check() }
    }

    /// Measures in rounds, each of which takes every case once.
    func run(rounds: Int) throws {
        for _ in 0..<rounds {
            for item in cases.joined() { try item.runWarm() }
            let statistics = try RunStatistics()
            for item in cases.joined() { try item.runCold() }
            _ = consume statistics
        }
    }

    func print() {
        for (title, sample) in [("same packet", \ProgramCase.warm), ("4,096 packets", \.cold)] {
            var table = Table([title] + Self.columns)
            for (hook, row) in zip(Self.hooks, cases) {
                let cells = zip(row, cases[0]).map { item, xdp in
                    let median = item[keyPath: sample].median
                    let ratio = median / xdp[keyPath: sample].median
                    let minimum = item[keyPath: sample].minimum.text
                    return "\(median.text) (\(minimum)), \((ratio * 100).rounded() / 100)×"
                }
                table.add(["\(hook)"] + cells)
            }
            table.print()
        }
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
