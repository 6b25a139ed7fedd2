import BPF
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// A sentence of the documentation, a frame, and what the programs in the kernel are to do with it.
struct FrameRow: Sendable, CustomTestStringConvertible {
    let sentence: String
    let match: Match
    let frame: [UInt8]
    /// Whether the rule of that match drops the frame.
    let isDropped: Bool
    /// The packet's mark, where it has one.
    var mark: UInt32 = 0
    /// How much of the frame is before `data_end`; nil for all.
    var linearLength: Int?

    init(
        _ sentence: String, _ match: Match, _ frame: [UInt8], isDropped: Bool,
        mark: UInt32 = 0, linearLength: Int? = nil
    ) {
        self.sentence = sentence
        self.match = match
        self.frame = frame
        self.isDropped = isDropped
        self.mark = mark
        self.linearLength = linearLength
    }

    var testDescription: String { sentence }

    /// The rule.
    private var rule: Rule {
        Rule(name: literalName("rule"), match: match, action: .drop)
    }

    /// A filter of that one rule, by which everything else passes, and the packet as it is seen; nil
    /// where the hook cannot do such a rule or no test run has such a packet.
    func tried(in setting: ProgramSetting) -> RandomCase? {
        guard rule.features.allSatisfy({ $0.hooks.contains(setting.hook) }),
            linearLength == nil || setting.multiBuffer,
            let packet = SeenPacket(
                frame, on: setting.hook, ethernet: setting.ethernet, mark: mark),
            packet.testFrame(on: setting.hook) != nil
        else { return nil }
        let filter = Filter(
            name: literalName("test"), defaultVerdict: .pass, malformed: .pass, rules: [rule])
        return RandomCase(policy: RandomPolicy(filter: filter, sets: []), packet: packet)
    }

    /// Expects that the policy means it and that the program does it, on every hook that can.
    ///
    /// - Returns: On how many.
    @discardableResult func expect() throws -> Int {
        let bench = try CounterBench()
        if linearLength != nil, try !TestRunFeature.canSplit(bench) { return 0 }
        var count = 0
        for setting in ProgramSetting.all {
            guard let tried = tried(in: setting) else { continue }
            count += 1
            try expect(tried, setting, bench)
        }
        return count
    }

    private func expect(
        _ tried: RandomCase, _ setting: ProgramSetting, _ bench: CounterBench
    ) throws {
        let trial = ProgramTrial(setting: setting, linearLength: linearLength)
        let outcome = try trial.outcome(of: tried, bench)
        #expect(
            outcome.judgement.hasPrefix(isDropped ? "drop (rule rule)" : "pass"), "\(setting)")
        #expect(outcome.found == outcome.meant, "\(setting)")
    }
}
