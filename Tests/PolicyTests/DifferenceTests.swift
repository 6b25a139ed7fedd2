import Policy
import TestSupport
import Testing

@testable import Policy

/// Two policies → what `netctl diff` says of them.
struct DifferenceRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var old: [String] = ["{ name: a, match: { dport: 80 }, action: drop }"]
    var oldSets: [String] = []
    let new: [String]
    var newSets: [String] = []
    var verdict = "pass"
    let changes: [String]
}

@Suite("Difference of policies")
struct DifferenceTests {
    static let a = "{ name: a, match: { dport: 80 }, action: drop }"
    static let b = "{ name: b, match: { proto: udp }, action: count }"
    static let c = "{ name: c, action: count }"
    static let d = "{ name: d, action: pass }"

    static let rows = [
        DifferenceRow(testDescription: "the same", new: [a], changes: []),
        DifferenceRow(
            testDescription: "an added rule, with what it says", new: [a, b],
            changes: ["added rule inbound/b: match.proto udp, action count"]),
        DifferenceRow(
            testDescription: "a removed rule", old: [a, b], new: [b],
            changes: ["removed rule inbound/a"]),
        DifferenceRow(
            testDescription: "an action",
            new: ["{ name: a, match: { dport: 80 }, action: pass }"],
            changes: ["changed rule inbound/a: action pass (was drop)"]),
        DifferenceRow(
            testDescription: "a list, by its elements",
            old: ["{ name: a, match: { dport: [80, 81, 443] }, action: drop }"],
            new: ["{ name: a, match: { dport: [443, 80, 8080, 8081] }, action: drop }"],
            changes: ["changed rule inbound/a: match.dport +8080 +8081 -81"]),
        DifferenceRow(
            testDescription: "a list in another order",
            old: ["{ name: a, match: { dport: [80, 443] }, action: drop }"],
            new: ["{ name: a, match: { dport: [443, 80] }, action: drop }"],
            changes: ["changed rule inbound/a: match.dport in another order"]),
        DifferenceRow(
            testDescription: "a key more, a key less, keys under not and limit",
            old: ["{ name: a, match: { dport: 80 }, action: drop, monitor: true }"],
            new: [
                "{ name: a, match: { proto: tcp, not: { dport: 80 } }, limit: { rate: 5/s }, "
                    + "action: drop }"
            ],
            changes: [
                "changed rule inbound/a: match.proto +tcp, match.not.dport +80, "
                    + "match.dport -80, limit.rate +5/s, limit.burst +5, limit.per +all, "
                    + "monitor -true"
            ]),
        DifferenceRow(
            testDescription: "one rule moved up: the others stayed", old: [a, b, c, d],
            new: [d, a, b, c], changes: ["moved rule inbound/d: place 1 (was 4)"]),
        DifferenceRow(
            testDescription: "one rule moved down", old: [a, b, c, d], new: [b, c, a, d],
            changes: ["moved rule inbound/a: place 3 (was 1)"]),
        DifferenceRow(
            testDescription: "removing and adding moves nothing", old: [a, b, c], new: [d, b, c],
            changes: ["removed rule inbound/a", "added rule inbound/d: action pass"]),
        DifferenceRow(
            testDescription: "moved and changed", old: [a, b, c],
            new: [b, c, "{ name: a, match: { dport: 81 }, action: drop }"],
            changes: [
                "moved rule inbound/a: place 3 (was 1)",
                "changed rule inbound/a: match.dport 81 (was 80)",
            ]),
        DifferenceRow(
            testDescription: "a default", new: [a], verdict: "drop",
            changes: ["changed filter inbound: default drop (was pass)"]),
        DifferenceRow(
            testDescription: "sets", oldSets: ["s: { cidrs: [10.0.0.0/8] }", "t: { ports: 1 }"],
            new: [a],
            newSets: ["s: { cidrs: [10.0.0.0/8, \"fd00::/8\"] }", "u: { file: feed.txt }"],
            changes: [
                "removed set t", "changed set s: cidrs +fd00::/8", "added set u: file feed.txt",
            ]),
        DifferenceRow(
            testDescription: "a long list is cut",
            new: ["{ name: a, match: { dport: [\(range)] }, action: drop }"],
            changes: [
                "changed rule inbound/a: match.dport +1 +3 +5 +7 +9 +11 +13 +15 and 13 more"
            ]),
    ]

    private static let range = (0..<20).map { "\(2 * $0 + 1)" }.joined(separator: ", ")

    /// The canonical text of a policy.
    private func text(_ rules: [String], _ sets: [String], _ verdict: String = "pass") throws
        -> String
    {
        let policy = policyText(rules: rules, sets: sets, default: verdict)
        let result = PolicyReader.read([PolicySource(path: "p.yaml", bytes: Array(policy.utf8))]) {
            _ in []
        }
        return PolicyWriter.write(try #require(result.policy, "\(result.diagnostics)"))
    }

    @Test("old and new → changes", arguments: rows)
    func changes(_ row: DifferenceRow) throws {
        let difference = PolicyDifference(
            from: try text(row.old, row.oldSets),
            to: try text(row.new, row.newSets, row.verdict))
        #expect(difference.changes.map(\.description) == row.changes)
        #expect(difference.isEmpty == row.changes.isEmpty)
    }

    @Test("where a policy goes, and its name, are changes of the policy")
    func policy() throws {
        let old = try text([Self.a], []) + "attach:\n  - { interface: eth1, xdp: inbound }\n"
        let new = old.replacing("eth1", with: "eth2").replacing("name: edge", with: "name: core")
        #expect(
            PolicyDifference(from: old, to: new).changes.map(\.description) == [
                "changed policy: name core (was edge), attach { interface: eth2, xdp: inbound } "
                    + "(was { interface: eth1, xdp: inbound })"
            ])
        #expect(
            PolicyDifference(from: try text([Self.a], []), to: old).changes.map(\.description)
                == ["changed policy: attach +{ interface: eth1, xdp: inbound }"])
    }

    @Test("a filter more comes with its rules")
    func filters() throws {
        let old = "version: 1\nname: edge\nfilters: { one: { default: pass } }\n"
        let new = """
            version: 1
            name: edge
            filters: { two: { default: drop, rules: [\(Self.c)] } }
            """
        #expect(
            PolicyDifference(from: old, to: new).changes.map(\.description) == [
                "removed filter one",
                "added filter two: default drop, malformed drop, non-ip pass",
                "added rule two/c: action count",
            ])
    }

    @Test("what a version could not say is no difference: the old text is read as it is meant")
    func olderText() throws {
        let old = "version: 1\nname: edge\nfilters: { inbound: { default: pass } }\n"
        #expect(PolicyDifference(from: old, to: try text([], [])).isEmpty)
    }

    @Test("a text that this version cannot read is compared as it stands")
    func unreadable() throws {
        let old = try text([Self.a], []).replacing("dport: 80", with: "porpoise: 80")
        #expect(
            PolicyDifference(from: old, to: try text([Self.a], [])).changes.map(\.description)
                == ["changed rule inbound/a: match.dport +80, match.porpoise -80"])
    }

    @Test("the longest ascent: against every subset of small permutations")
    func ascent() {
        var generator = SplitMix(seed: 8)
        for _ in 0..<300 {
            let values = Array(0..<7).shuffled(using: &generator)
            let members = LongestAscent.members(of: values)
            #expect(values.filter(members.contains) == members.sorted())
            let longest = (0..<128).map { bits -> Int in
                let chosen = values.indices.filter { bits >> $0 & 1 == 1 }.map { values[$0] }
                return chosen == chosen.sorted() ? chosen.count : 0
            }.max()
            #expect(members.count == longest)
        }
    }

    @Test("4,096 rules in the opposite order are compared in no time")
    func cost() throws {
        let rules = (0..<4_096).map { "{ name: r\($0), match: { length: \($0) }, action: drop }" }
        let (old, new) = (try text(rules, []), try text(rules.reversed(), []))
        var difference: PolicyDifference?
        let elapsed = processorTime { difference = PolicyDifference(from: old, to: new) }
        #expect(difference?.changes.count == 4_095)
        #expect(elapsed < .seconds(30))
    }
}
