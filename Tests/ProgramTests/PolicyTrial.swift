import BPF
import Datapath
import PolicyCompiler
import TestSupport

/// A random policy in the kernel, and random frames: each verdict is compared at once, the counts
/// when all frames are through.
struct PolicyTrial {
    /// How many frames had which reason and verdict, so that a generator that stops reaching one is seen.
    struct Coverage {
        var policies = 0
        var frames = 0
        var reasons: [Reason: Int] = [:]
        var verdicts: [Verdict: Int] = [:]
        var counting = 0

        mutating func add(_ judgement: ReferenceInterpreter.Judgement) {
            frames += 1
            reasons[judgement.reason, default: 0] += 1
            verdicts[judgement.verdict, default: 0] += 1
            if !judgement.counted.isEmpty { counting += 1 }
        }
    }

    private let seed: UInt64
    private let policy: RandomPolicy
    private let frames: [[UInt8]]
    private let multiBuffer: Bool
    private let linearLengths: [Int?]

    /// Everything follows from the seed, and from whether the kernel can split frames.
    init(seed: UInt64, canSplit: Bool) {
        var random = SeededRandom(seed: seed)
        let multiBuffer = random.chance(50)
        // One in 250 has as many rules as a filter can have.
        let policy = RandomPolicy(using: &random, ruleCount: seed % 250 == 0 ? 4096 : nil)
        // What a page holds beside head and tail room, or what 17 fragments do.
        let packets = RandomPackets(
            for: policy, lengths: 14...(multiBuffer ? 70_000 : 3500))
        let splits = random.chance(30) && multiBuffer
        frames = (0..<FuzzOptions.frameCount).map { _ in packets.next(using: &random) }
        linearLengths = frames.map { frame in
            let length = random.number(14...min(frame.count, 200))
            return splits && canSplit ? length : nil
        }
        self.seed = seed
        self.policy = policy
        self.multiBuffer = multiBuffer
    }

    /// Nil when the program does what the policy says.
    func mismatch(_ bench: CounterBench, _ coverage: inout Coverage) throws -> String? {
        let filter = try LoadedFilter(policy, multiBuffer: multiBuffer, bench)
        var meant = Array(repeating: Count.zero, count: filter.slots)
        _ = bench.take(filter.slots)
        for (frame, linear) in zip(frames, linearLengths) {
            let judgement = filter.meaning(of: frame)
            coverage.add(judgement)
            for slot in filter.slots(of: judgement) {
                meant[slot].packets += 1
                meant[slot].bytes += UInt64(frame.count)
            }
            let run = try filter.program.testRun(packet: frame, linearLength: linear)
            if run.returnValue != judgement.verdict.xdpAction {
                return try report(frame, linear, bench)
            }
        }
        coverage.policies += 1
        let found = bench.take(filter.slots)
        guard !isSame(meant, found) else { return nil }
        // One of the frames was counted wrongly: which?
        for (frame, linear) in zip(frames, linearLengths) {
            let trial = ProgramTrial(multiBuffer: multiBuffer, linearLength: linear)
            let tried = RandomCase(policy: policy, frame: frame)
            if try !trial.outcome(of: tried, bench).isRight {
                return try report(frame, linear, bench)
            }
        }
        return "seed \(seed): the counts of all frames are wrong, of each alone they are right"
    }

    private func isSame(_ meant: [Count], _ found: [Count]) -> Bool {
        let isSplit = linearLengths.contains { $0 != nil }
        return isSplit ? meant.map(\.packets) == found.map(\.packets) : meant == found
    }

    private func report(_ frame: [UInt8], _ linear: Int?, _ bench: CounterBench) throws -> String {
        let trial = ProgramTrial(multiBuffer: multiBuffer, linearLength: linear)
        return "seed \(seed)\n"
            + (try trial.report(RandomCase(policy: policy, frame: frame), bench))
    }
}
