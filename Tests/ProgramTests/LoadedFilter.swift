import BPF
import NetctlABI
import Policy
import PolicyCompiler
import TestSupport

@testable import Datapath

/// A policy in the kernel: the program `xdp_filter` with its tables, and what the policy means.
final class LoadedFilter {
    let program: Program
    private let interpreter: ReferenceInterpreter
    private let ruleNumbers: [Name: Int]
    /// How many slots of the counters it uses.
    let slots: Int

    /// Loads a policy; its rules count behind the slots of reasons, in order.
    init(_ policy: RandomPolicy, multiBuffer: Bool, _ bench: CounterBench) throws {
        let filter = try CompiledFilter(policy.filter, sets: policy.sets)
        let first = UInt32(NETCTL_SLOT_RULES)
        program = try HookObject(hook: .xdp, multiBuffer: multiBuffer).loadFilter(
            filter, slots: filter.rules.indices.map { first + UInt32($0) },
            counters: bench.counters, bodies: bench.bodies,
            redirects: .loopback(for: filter))
        interpreter = ReferenceInterpreter(policy.filter, sets: policy.sets)
        var numbers: [Name: Int] = [:]
        for (number, rule) in policy.filter.rules.enumerated() { numbers[rule.name] = number }
        ruleNumbers = numbers
        slots = Int(NETCTL_SLOT_RULES) + filter.rules.count
    }

    /// What the policy says of a frame.
    func meaning(of frame: [UInt8]) -> ReferenceInterpreter.Judgement { interpreter.judge(frame) }

    /// Where a packet of this judgement is counted: by its rule, or by reason and verdict, and by
    /// every rule that counts it.
    func slots(of judgement: ReferenceInterpreter.Judgement) -> [Int] {
        let deciding =
            judgement.rule.map(slot) ?? Counters.slot(judgement.reason, judgement.verdict)
        return [deciding] + judgement.counted.map(slot)
    }

    private func slot(of rule: Name) -> Int {
        Int(NETCTL_SLOT_RULES) + (ruleNumbers[rule] ?? 0)
    }
}

extension Verdict {
    /// `enum xdp_action`.
    var xdpAction: UInt32 {
        switch self {
        case .aborted: 0
        case .drop: 1
        case .pass: 2
        case .tx: 3
        case .redirect: 4
        }
    }
}
