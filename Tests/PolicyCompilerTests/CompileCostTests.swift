import Policy
import PolicyCompiler
import TestSupport
import Testing

/// What it costs to compile 4,096 rules that overlap as badly as they can.
@Suite struct CompileCostTests {
    @Test(
        "4,096 rules that overlap are compiled in no time",
        arguments: [
            "{ length: N-60000 }", "{ not: { dport: N, src: 10.H.L.0/24 }, proto: tcp }",
            "{ tcp-flags: [\"syn,!ack\", fin, \"!rst,psh\"], dport: N-60000 }",
        ])
    func cost(_ match: String) throws {
        let rules = (0..<4_096).map { number in
            let match = match.replacing("N", with: "\(number)")
                .replacing("H", with: "\(number / 256)").replacing("L", with: "\(number % 256)")
            return "{ name: r\(number), match: \(match), action: drop }"
        }
        let text = """
            version: 1
            name: edge
            filters: { inbound: { default: pass, rules: [\(rules.joined(separator: ",\n"))] } }
            """
        let source = PolicySource(path: "policy.yaml", bytes: Array(text.utf8))
        let result = PolicyReader.read([source]) { _ in [] }
        let filter = try #require(result.policy?.filters.first, "\(result.diagnostics)")
        // Unoptimised; a second's part in a release build. What asks each rule of each row what it
        // looks at takes minutes.
        let elapsed = try processorTime { _ = try CompiledFilter(filter, sets: []) }
        #expect(elapsed < .seconds(30))
    }
}
