import Foundation
import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// The tables of random policies mean what the policies mean, packet by packet.
///
/// `NETCTL_FUZZ_POLICIES=N` tries N policies, `NETCTL_FUZZ_SEED=S` starts elsewhere.
@Suite struct RandomPolicyTests {
    private static let packetCount = 300
    /// Half of the policies are for XDP, which can do the most.
    private static let kinds: [(Hook, RandomPackets.Kind)] = [
        (.xdp, .xdp), (.xdp, .xdp), (.xdp, .xdp), (.tcIngress, .tcWithTags),
        (.tcEgress, .tcWithoutEthernet), (.cgroupIngress, .cgroup),
    ]

    private struct Mismatch: CustomStringConvertible {
        let seed: UInt64
        let smallest: RandomCase

        var description: String {
            "seed \(seed)\n\(smallest)\nmeant:  \(meant)\ntables: \(found)"
        }

        private var meant: String {
            ReferenceInterpreter(smallest.policy.filter, sets: smallest.policy.sets)
                .judge(smallest.packet).description
        }

        private var found: String {
            do {
                let compiled = try CompiledFilter(
                    smallest.policy.filter, sets: smallest.policy.sets)
                return TableWalker(compiled).judge(smallest.packet).description
            } catch {
                return "\(error)"
            }
        }
    }

    private static func number(_ variable: String) -> UInt64? {
        ProcessInfo.processInfo.environment[variable].flatMap(UInt64.init)
    }

    @Test func tablesMeanWhatTheRulesSay() throws {
        let first = Self.number("NETCTL_FUZZ_SEED") ?? 1
        let count = Self.number("NETCTL_FUZZ_POLICIES") ?? 300
        var seen = RandomPolicyCoverage()
        for seed in first..<first + count {
            // One in 250 has as many rules as a filter can have.
            let ruleCount = seed % 250 == 0 ? 4096 : nil
            if let mismatch = try Self.mismatch(seed: seed, ruleCount: ruleCount, &seen) {
                Issue.record("\(mismatch)")
                return
            }
        }
        print("random policies: seeds \(first)..<\(first + count), \(seen)")
        if count >= 300 { #expect(seen.missing.isEmpty) }
    }

    /// What a mismatch prints can be given to `netctl`.
    @Test(arguments: 1...50) func aRandomPolicyReadsAsItIsWritten(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let policy = RandomPolicy(using: &random, keys: .few)
        let source = PolicySource(path: "random.yaml", bytes: Array(policy.description.utf8))
        let result = PolicyReader.read([source]) { _ in [] }
        let errors = result.diagnostics.filter { $0.severity == .error }.map(\.description)
        #expect(errors.isEmpty)
        #expect(result.policy?.filters == [policy.filter])
        #expect(result.policy?.sets.map(\.contents) == policy.sets.map(\.contents))
    }

    private static func mismatch(
        seed: UInt64, ruleCount: Int?, _ seen: inout RandomPolicyCoverage
    ) throws -> Mismatch? {
        var random = SeededRandom(seed: seed)
        let (hook, kind) = random.one(of: kinds)
        let policy = RandomPolicy(using: &random, ruleCount: ruleCount, for: hook)
        let packets = RandomPackets(for: policy, kind: kind)
        let interpreter = ReferenceInterpreter(policy.filter, sets: policy.sets)
        let walker = TableWalker(try CompiledFilter(policy.filter, sets: policy.sets))
        for _ in 0..<packetCount {
            let packet = packets.next(using: &random)
            let meant = interpreter.judge(packet)
            seen.add(meant)
            if meant != walker.judge(packet) {
                let smallest = try RandomCase(policy: policy, packet: packet).shrunk {
                    candidate throws in try Self.disagree(candidate)
                }
                return Mismatch(seed: seed, smallest: smallest)
            }
        }
        return nil
    }

    private static func disagree(_ candidate: RandomCase) throws -> Bool {
        let policy = candidate.policy
        let walker = TableWalker(try CompiledFilter(policy.filter, sets: policy.sets))
        return ReferenceInterpreter(policy.filter, sets: policy.sets).judge(candidate.packet)
            != walker.judge(candidate.packet)
    }
}

/// How often each kind of judgement was seen: a generator that stops reaching one proves nothing.
struct RandomPolicyCoverage: CustomStringConvertible {
    private var reasons: [Reason: Int] = [:]
    private var verdicts: [Verdict: Int] = [:]
    private var counting = 0

    mutating func add(_ judgement: ReferenceInterpreter.Judgement) {
        reasons[judgement.reason, default: 0] += 1
        verdicts[judgement.verdict, default: 0] += 1
        if !judgement.counted.isEmpty { counting += 1 }
    }

    /// What a parse or a rule can lead to and was not seen.
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
        return (parts + ["\(counting) counted"]).joined(separator: ", ")
    }
}
