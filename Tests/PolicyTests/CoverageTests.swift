import NetTypes
import Policy
import TestSupport
import Testing

/// What is said of rules that never match is true: tried with many rules and packets.
@Suite struct CoverageTests {
    @Test("no packet matches a rule that 'never matches', nor one that the covering rule misses")
    func soundness() throws {
        var shadowed = 0
        var contradictory = 0
        for seed in 0..<120 {
            var random = SmallPolicy(seed: UInt64(seed))
            let text = random.text()
            let result = read(text)
            let rules = try #require(result.policy?.filters.first?.rules, "\(text)")
            let never = result.diagnostics.filter {
                ["never-matches", "shadowed-rule", "repeated-rule"].contains($0.code)
            }
            let packets = (0..<200).map { _ in random.packet() }
            for diagnostic in never {
                let rule = try #require(rules.first { $0.location == diagnostic.location })
                guard diagnostic.code != "never-matches" else {
                    contradictory += 1
                    #expect(!packets.contains { $0.matches(rule.match) }, "\(diagnostic)\n\(text)")
                    continue
                }
                shadowed += 1
                let earlier = try #require(
                    rules.first { diagnostic.message.contains("'\($0.name)' (line") })
                #expect(earlier.location.line < rule.location.line)
                #expect(earlier.action != .count || rule.action == .count)
                let missed = packets.first { $0.matches(rule.match) && !$0.matches(earlier.match) }
                #expect(missed == nil, "\(diagnostic)\n\(text)")
            }
        }
        // The rules are such that there is something to say.
        #expect(shadowed > 60 && contradictory > 20, "\(shadowed) \(contradictory)")
    }

    @Test("4,096 rules are compared in no time, whether they look alike or not")
    func cost() {
        let makers: [(String, (Int) -> String)] = [
            ("different", { "{ src: 10.\($0 / 256).\($0 % 256).0/24, dport: \($0) }" }),
            ("common first and last", { "{ dport: [1, \($0 + 2), 65535] }" }),
            ("nested", { "{ length: \($0)-\(60_000 - $0) }" }),
            ("nested the other way", { "{ length: \(5_000 - $0)-\(60_000 + $0), ttl: 1 }" }),
        ]
        for (name, maker) in makers {
            let rules = (0..<4_096).map { "{ name: r\($0), match: \(maker($0)), action: drop }" }
            let text = policyText(rules: rules)
            var result: ReadResult?
            let elapsed = processorTime { result = read(text) }
            #expect(result?.policy != nil)
            #expect((result?.diagnostics.isEmpty == true) == (name != "nested"), "\(name)")
            // Unoptimised code on a busy machine; comparing all pairs takes minutes.
            #expect(elapsed < .seconds(30), "\(name)")
        }
    }

    @Test("sets and lists that would expand without a bound give up, and quickly")
    func expansion() {
        let ports = (0..<2_000).map { "\($0 * 20)-\($0 * 20 + 10)" }.joined(separator: ", ")
        let rules = (0..<2_000).map {
            "{ name: r\($0), match: { sport: \"@big\", dport: \($0) }, action: drop }"
        }
        let text = policyText(rules: rules, sets: ["big: { ports: [\(ports)] }"])
        var result: ReadResult?
        let elapsed = processorTime { result = read(text) }
        #expect(result?.policy != nil)
        #expect(elapsed < .seconds(30))
    }
}
