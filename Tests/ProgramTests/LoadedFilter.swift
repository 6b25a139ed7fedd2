import BPF
import NetctlABI
import Policy
import PolicyCompiler
import SystemPackage
import TestSupport

@testable import Datapath

/// A policy in the kernel: the program of a hook with its tables, and what the policy means.
final class LoadedFilter {
    let program: Program
    private let hook: Hook
    private let interpreter: ReferenceInterpreter
    private let ruleNumbers: [Name: Int]
    /// How many slots of the counters it uses.
    let slots: Int

    /// Loads a policy; its rules count behind the slots of reasons, in order.
    init(_ policy: RandomPolicy, _ setting: ProgramSetting, _ bench: CounterBench) throws {
        let filter = try CompiledFilter(policy.filter, sets: policy.sets)
        let first = UInt32(NETCTL_SLOT_RULES)
        let object = HookObject(
            hook: setting.hook, multiBuffer: setting.multiBuffer, ethernet: setting.ethernet)
        program = try object.loadFilter(
            filter, slots: filter.rules.indices.map { first + UInt32($0) },
            maps: bench.maps, redirects: .loopback(for: filter))
        hook = setting.hook
        try bench.block(policy.blocked, expired: policy.expired)
        interpreter = ReferenceInterpreter(
            policy.filter, sets: policy.sets,
            blocked: ReferenceBlockList(
                policy.blocked,
                ofDestinations: [.tcEgress, .cgroupEgress].contains(setting.hook)))
        var numbers: [Name: Int] = [:]
        for (number, rule) in policy.filter.rules.enumerated() { numbers[rule.name] = number }
        ruleNumbers = numbers
        slots = Int(NETCTL_SLOT_RULES) + filter.rules.count
    }

    /// What the policy says of a packet.
    func meaning(of packet: SeenPacket) -> ReferenceInterpreter.Judgement {
        interpreter.judge(packet)
    }

    /// What the program returns for a packet, of which `linearLength` bytes are before `data_end`; nil
    /// for a packet that no test run has.
    func run(_ packet: SeenPacket, linearLength: Int? = nil) throws -> UInt32? {
        guard let frame = packet.testFrame(on: hook) else { return nil }
        guard let mark = packet.mark else {
            return try program.testRun(packet: frame, linearLength: linearLength).returnValue
        }
        var context = SKBContext(mark: mark)
        do throws(BPFError) {
            return try program.testRun(packet: frame, context: &context).returnValue
        } catch {
            // Newer kernels, 6.18 among them, want a whole header of IP in an skb that says IP.
            guard error.errno == .invalidArgument, frame.lacksIPHeader else { throw error }
            return nil
        }
    }

    /// What the program is to return.
    func returnValue(of judgement: ReferenceInterpreter.Judgement) -> UInt32? {
        hook.returnValue(of: judgement.verdict)
    }

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

extension [UInt8] {
    /// Whether an Ethernet frame is too short for the IP header that its type promises.
    fileprivate var lacksIPHeader: Bool {
        switch (self[12], self[13]) {
        case (0x08, 0x00): count < 14 + 20
        case (0x86, 0xdd): count < 14 + 40
        default: false
        }
    }
}
