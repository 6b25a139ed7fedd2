import BPF
import Policy
import TestSupport
import Testing

/// A sentence of the documentation, a frame, and what the program in the kernel is to do with it.
struct FrameRow: Sendable, CustomTestStringConvertible {
    let sentence: String
    let match: Match
    let frame: [UInt8]
    /// Whether the rule of that match drops the frame.
    let isDropped: Bool
    /// How much of the frame is before `data_end`; nil for all.
    var linearLength: Int?

    init(
        _ sentence: String, _ match: Match, _ frame: [UInt8], isDropped: Bool,
        linearLength: Int? = nil
    ) {
        self.sentence = sentence
        self.match = match
        self.frame = frame
        self.isDropped = isDropped
        self.linearLength = linearLength
    }

    var testDescription: String { sentence }

    /// A filter of that one rule, by which everything else passes.
    var tried: RandomCase {
        let rule = Rule(name: literalName("rule"), match: match, action: .drop)
        let filter = Filter(
            name: literalName("test"), defaultVerdict: .pass, malformed: .pass, rules: [rule])
        return RandomCase(policy: RandomPolicy(filter: filter, sets: []), frame: frame)
    }

    /// Expects that the policy means it and that the program does it.
    func expect(multiBuffer: Bool) throws {
        let bench = try CounterBench()
        if linearLength != nil, try !TestRunFeature.canSplit(bench) { return }
        let trial = ProgramTrial(multiBuffer: multiBuffer, linearLength: linearLength)
        let outcome = try trial.outcome(of: tried, bench)
        #expect(outcome.judgement.hasPrefix(isDropped ? "drop (rule rule)" : "pass"))
        #expect(outcome.found == outcome.meant)
    }
}
