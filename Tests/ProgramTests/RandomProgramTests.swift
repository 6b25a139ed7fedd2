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
        var coverage: [ProgramSetting: PolicyTrial.Coverage] = [:]
        let seeds = options.seeds.lazy.filter {
            $0 % UInt64(Self.workers) == UInt64(worker)
        }
        for seed in seeds {
            if options.isOver { break }
            let trial = PolicyTrial(
                seed: seed, among: options.settings, frames: options.frames, canSplit: canSplit)
            let mismatch = try trial.mismatch(bench, &coverage[trial.setting, default: .init()])
            if let mismatch {
                Issue.record("\(mismatch)")
                return
            }
        }
        for setting in options.settings {
            guard let seen = coverage[setting] else { continue }
            print(
                "random programs: worker \(worker) of \(Self.workers) from seed "
                    + "\(options.firstSeed), \(setting): \(seen)"
                    + (canSplit ? "" : "; this kernel splits no frames"))
            if seen.packets >= 50_000 { #expect(seen.missing(in: setting).isEmpty, "\(setting)") }
        }
    }
}

extension PolicyTrial.Coverage: CustomStringConvertible {
    /// What a program can lead to and was not seen.
    func missing(in setting: ProgramSetting) -> [String] {
        let others = Verdict.all(on: setting.hook).filter { $0 != .aborted && verdicts[$0] == nil }
        return setting.reasons.filter { reasons[$0] == nil }.map(\.rawValue)
            + others.map(\.rawValue)
    }

    var description: String {
        let counts =
            reasons.map { ($0.key.rawValue, $0.value) }
            + verdicts.map { ($0.key.rawValue, $0.value) }
        let parts = counts.sorted { $0.1 > $1.1 }.map { "\($0.1) \($0.0)" }
        return
            (["\(policies) policies", "\(packets) packets", "\(untried) untried"] + parts + [
                "\(counting) counted",
                "\(verified.instructions) instructions verified at most (seed \(verified.seed))",
            ])
            .joined(separator: ", ")
    }
}
