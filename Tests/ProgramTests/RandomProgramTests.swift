import BPF
import Foundation
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// The real program does what the policy says: random policies, random, cut and mutated frames,
/// through `BPF_PROG_TEST_RUN`. ``FuzzOptions`` says how to run it at length.
@Suite(.requiresRoot) struct RandomProgramTests {
    private static let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)

    @Test(arguments: 0..<workers)
    func aProgramDoesWhatThePolicySays(worker: Int) throws {
        let options = FuzzOptions()
        let bench = try CounterBench()
        let canSplit = try TestRunFeature.canSplit(bench)
        var coverage = PolicyTrial.Coverage()
        let seeds = options.seeds.lazy.filter {
            $0 % UInt64(Self.workers) == UInt64(worker)
        }
        for seed in seeds {
            if options.isOver { break }
            let trial = PolicyTrial(seed: seed, canSplit: canSplit)
            if let mismatch = try trial.mismatch(bench, &coverage) {
                Issue.record("\(mismatch)")
                return
            }
        }
        print(
            "random programs: worker \(worker) of \(Self.workers) from seed \(options.firstSeed): "
                + "\(coverage)" + (canSplit ? "" : "; this kernel splits no frames"))
        if coverage.frames >= 100_000 { #expect(coverage.missing.isEmpty) }
    }
}

extension PolicyTrial.Coverage: CustomStringConvertible {
    /// What a program can lead to and was not seen.
    var missing: [String] {
        let reachable: [Reason] = [
            .rule, .default, .malformed, .truncated, .extHeaders, .vlanDepth, .nonIP,
        ]
        let others = [Verdict.pass, .drop, .redirect, .tx].filter { verdicts[$0] == nil }
        return reachable.filter { reasons[$0] == nil }.map(\.rawValue) + others.map(\.rawValue)
    }

    var description: String {
        let counts =
            reasons.map { ($0.key.rawValue, $0.value) }
            + verdicts.map { ($0.key.rawValue, $0.value) }
        let parts = counts.sorted { $0.1 > $1.1 }.map { "\($0.1) \($0.0)" }
        return (["\(policies) policies", "\(frames) frames"] + parts + ["\(counting) counted"])
            .joined(separator: ", ")
    }
}
