import NetTypes
import Testing

@testable import Policy

@Suite struct SetSummaryTests {
    private func summaries(_ sets: [String], files: [String: String] = [:]) throws -> [SetSummary] {
        let text = policyText(rules: [], sets: sets)
        let result = PolicyReader.read(
            [PolicySource(path: "policy.yaml", bytes: Array(text.utf8))]
        ) { Array((files[$0] ?? "").utf8) }
        #expect(result.policy != nil, "\(result.diagnostics)")
        return result.summaries
    }

    @Test("each kind is counted, each address once")
    func counts() throws {
        let sets = try summaries(
            [
                "one: { file: a.txt }", "two: { file: [a.txt, b.txt] }",
                "all: { sets: [one, two] }",
                "web: { ports: [80, 443-500] }", "none: { file: empty.txt }",
            ],
            files: [
                "a.txt": "10.0.0.0/24\n10.0.0.7\n10.0.0.7\n::1\n",
                "b.txt": "10.0.0.7\n192.0.2.1\n192.0.2.2-192.0.2.3",
            ])
        #expect(
            sets.map(\.text) == [
                "set 'one': IPv4: 2 prefixes, 256 addresses; IPv6: 1 prefix, 1 address;"
                    + " 1 duplicate, 1 inside another",
                "set 'two': IPv4: 4 prefixes, 259 addresses; IPv6: 1 prefix, 1 address;"
                    + " 2 duplicates, 1 inside another",
                "set 'all': IPv4: 4 prefixes, 259 addresses; IPv6: 1 prefix, 1 address;"
                    + " 3 duplicates, 1 inside another",
                "set 'web': 2 ports or ranges", "set 'none': empty",
            ])
    }

    @Test(
        "all of IPv6 is a number, too",
        arguments: [
            (["::/0"], "340282366920938463463374607431768211456"),
            (["::/1", "8000::/1"], "340282366920938463463374607431768211456"),
            (["::/0", "::1"], "340282366920938463463374607431768211456"),
            (["::/1", "8000::/2"], "255211775190703847597530955573826158592"),
        ])
    func whole(_ prefixes: [String], _ addresses: String) throws {
        let list = prefixes.map { "\"\($0)\"" }.joined(separator: ", ")
        let set = try #require(try summaries(["all: { cidrs: [\(list)] }"]).first)
        #expect(set.ipv6.addresses == addresses && set.ipv6.prefixes == prefixes.count)
        #expect(set.ipv4.addresses == "0" && set.duplicates == 0)
    }
}
