import BPF
import Datapath
import Policy
import PolicyCompiler
import TestSupport

/// A random policy in the kernel, and random packets: each verdict is compared at once, the counts
/// when all packets are through.
struct PolicyTrial {
    /// How many packets had which reason and verdict, so that a generator that stops reaching one is seen.
    struct Coverage {
        var policies = 0
        var packets = 0
        /// Packets that this kernel's test runs do not take.
        var untried = 0
        var reasons: [Reason: Int] = [:]
        var verdicts: [Verdict: Int] = [:]
        var counting = 0
        /// The most instructions that the verifier looked at of a program, and the seed that made it.
        var verified: (instructions: UInt32, seed: UInt64) = (0, 0)

        mutating func add(_ judgement: ReferenceInterpreter.Judgement) {
            packets += 1
            reasons[judgement.reason, default: 0] += 1
            verdicts[judgement.verdict, default: 0] += 1
            if !judgement.counted.isEmpty { counting += 1 }
        }
    }

    private let seed: UInt64
    private let policy: RandomPolicy
    private let packets: [SeenPacket]
    /// The program.
    let setting: ProgramSetting
    private let linearLengths: [Int?]

    /// Everything follows from the seed, from the programs to choose from, and from whether the
    /// kernel can split frames.
    init(seed: UInt64, among settings: [ProgramSetting], frames: Int, canSplit: Bool) {
        var random = SeededRandom(seed: seed)
        let setting = random.one(of: settings)
        // One in 250 has as many rules as a filter can have.
        var policy = RandomPolicy(
            using: &random, ruleCount: seed % 250 == 0 ? 4096 : nil, for: setting.hook)
        let source = RandomPackets(for: policy, kind: setting.kind, lengths: setting.lengths)
        let splits = random.chance(30) && setting.multiBuffer
        packets = (0..<frames).map { _ in setting.next(source, using: &random) }
        linearLengths = packets.map { packet in
            guard splits, canSplit else { return nil }
            return random.number(14...min(packet.bytes.count, 200))
        }
        if random.chance(40) {
            let list = RandomBlockList(around: packets, using: &random)
            (policy.blocked, policy.expired) = (list.blocked, list.expired)
        }
        self.seed = seed
        self.policy = policy
        self.setting = setting
    }

    /// Nil when the program does what the policy says.
    func mismatch(_ bench: CounterBench, _ coverage: inout Coverage) throws -> String? {
        let filter: LoadedFilter
        do {
            filter = try LoadedFilter(policy, setting, bench)
        } catch {
            return "seed \(seed), \(setting): \(error)\n\(policy)"
        }
        let verified = try filter.program.info.verifiedInstructions
        if verified > coverage.verified.instructions { coverage.verified = (verified, seed) }
        var meant = Array(repeating: Count.zero, count: filter.slots)
        _ = bench.take(filter.slots)
        for (packet, linear) in zip(packets, linearLengths) {
            let judgement = filter.meaning(of: packet)
            guard let found = try filter.run(packet, linearLength: linear) else {
                coverage.untried += 1
                continue
            }
            coverage.add(judgement)
            for slot in filter.slots(of: judgement) {
                meant[slot].packets += 1
                meant[slot].bytes += UInt64(packet.bytes.count)
            }
            if found != filter.returnValue(of: judgement) {
                return try report(packet, linear, bench)
            }
        }
        coverage.policies += 1
        let found = bench.take(filter.slots)
        guard !isSame(meant, found) else { return nil }
        // One of the packets was counted wrongly: which?
        for (packet, linear) in zip(packets, linearLengths) {
            let trial = ProgramTrial(setting: setting, linearLength: linear)
            let tried = RandomCase(policy: policy, packet: packet)
            if try !trial.outcome(of: tried, bench).isRight {
                return try report(packet, linear, bench)
            }
        }
        return
            "seed \(seed), \(setting): the counts of all packets are wrong, of each alone they are right"
    }

    private func isSame(_ meant: [Count], _ found: [Count]) -> Bool {
        let isSplit = linearLengths.contains { $0 != nil }
        return isSplit ? meant.map(\.packets) == found.map(\.packets) : meant == found
    }

    private func report(
        _ packet: SeenPacket, _ linear: Int?, _ bench: CounterBench
    ) throws -> String {
        let trial = ProgramTrial(setting: setting, linearLength: linear)
        return "seed \(seed)\n"
            + (try trial.report(RandomCase(policy: policy, packet: packet), bench))
    }
}
