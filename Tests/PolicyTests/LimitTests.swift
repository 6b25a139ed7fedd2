import NetTypes
import Policy
import Testing

@Suite struct LimitTests {
    @Test("4,096 rules in a filter, and not one more")
    func rules() throws {
        func policy(_ count: Int) -> ReadResult {
            read(policyText(rules: (0..<count).map { "{ name: r\($0), action: count }" }))
        }
        #expect(policy(4_096).policy?.filters.first?.rules.count == 4_096)
        let result = policy(4_097)
        #expect(result.diagnostics.map(\.code) == ["limit"])
        #expect(result.diagnostics.first?.message == "a filter has at most 4096 rules, not 4097")
    }

    @Test("1,024 sets, and not one more")
    func sets() {
        func policy(_ count: Int) -> ReadResult {
            let sets = (0..<count).map { "s\($0): { cidrs: 10.0.0.0/8 }" }
            let names = (0..<count).map { "\"@s\($0)\"" }.joined(separator: ", ")
            let rule = "{ name: r, match: { src: [\(names)] }, action: drop }"
            return read(policyText(rules: [rule], sets: sets))
        }
        #expect(policy(1_024).diagnostics.isEmpty)
        #expect(policy(1_025).diagnostics.map(\.code) == ["limit"])
    }

    @Test("sets of sets of sets cannot multiply without a bound")
    func combined() {
        var sets = ["s0: { file: big.txt }"]
        for index in 1...60 {
            let members = (0..<index).map { "s\($0)" }.joined(separator: ", ")
            sets.append("s\(index): { sets: [\(members)] }")
        }
        let text = policyText(
            rules: ["{ name: r, match: { src: \"@s60\" }, action: drop }"], sets: sets)
        let lines = (0..<250_000).map { "\(IPv4Address(bits: UInt32($0) * 7))\n" }.joined()
        let result = PolicyReader.read([PolicySource(path: "p.yaml", bytes: Array(text.utf8))]) {
            _ in
            Array(lines.utf8)
        }
        #expect(result.diagnostics.contains { $0.code == "limit" })
        #expect(result.policy == nil)
    }
}
