import NetctlABI
import PolicyCompiler
import Testing

@testable import Datapath

@Suite("Counter slots")
struct SlotDirectoryTests {
    private let first = UInt32(NETCTL_SLOT_RULES)

    private func rules(_ rules: (String, Verdict?)...) -> [RuleRecord] {
        rules.map { RuleRecord(name: $0.0, verdict: $0.1) }
    }

    @Test("rules get slots of their own, behind those of reasons and verdicts")
    func fresh() {
        let result = SlotDirectory.assign(
            rules(("a", .drop), ("b", nil), ("c", .pass)), after: .empty)
        #expect(result.slots == [first, first + 1, first + 2])
        #expect(result.directory.entries.map(\.account.rule) == ["a", "b", "c"])
        #expect(result.directory.entries.map(\.account.verdict) == [.drop, nil, .pass])
        #expect(result.retired.isEmpty)
    }

    @Test("a rule keeps its slot by name, wherever it moves")
    func keptByName() {
        let old = SlotDirectory.assign(rules(("a", .drop), ("b", .drop)), after: .empty)
        let new = SlotDirectory.assign(
            rules(("new", .drop), ("b", .drop), ("a", .drop)), after: old.directory)
        #expect(new.slots == [first + 2, first + 1, first])
        #expect(new.retired.isEmpty)
    }

    @Test("a changed verdict gets another slot; the old one still counts for the rule")
    func changedVerdict() {
        let old = SlotDirectory.assign(rules(("a", .drop)), after: .empty)
        let new = SlotDirectory.assign(rules(("a", .pass)), after: old.directory)
        #expect(new.slots == [first + 1])
        #expect(Set(new.directory.entries.map(\.account.verdict)) == [.drop, .pass])
        #expect(new.retired.isEmpty)
        let back = SlotDirectory.assign(rules(("a", .drop)), after: new.directory)
        #expect(back.slots == [first])
        #expect(back.directory.entries.count == 2)
    }

    @Test("what a removed rule had is retired, whole, and not given away in the same step")
    func retired() {
        let old = SlotDirectory.assign(rules(("a", .drop), ("b", nil)), after: .empty)
        let new = SlotDirectory.assign(rules(("c", .drop)), after: old.directory)
        #expect(Set(new.retired) == Set(old.directory.entries))
        #expect(new.slots == [first + 2])
        // The old body is gone by the next apply: its slots are free again.
        let next = SlotDirectory.assign(rules(("c", .drop), ("d", .drop)), after: new.directory)
        #expect(next.slots == [first + 2, first])
    }

    @Test("the largest filter can be replaced by another one of that size, again and again")
    func capacity() {
        var directory = SlotDirectory.empty
        for round in 0..<4 {
            let rules = (0..<Int(NETCTL_RULES_MAX)).map {
                RuleRecord(name: "r\(round)-\($0)", verdict: .drop)
            }
            let previous = Set(directory.entries.map(\.slot))
            let result = SlotDirectory.assign(rules, after: directory)
            #expect(result.slots.count == rules.count)
            #expect(Set(result.slots).count == rules.count)
            #expect(previous.isDisjoint(with: result.slots))
            #expect(result.slots.allSatisfy { $0 >= first && $0 < UInt32(NETCTL_SLOTS) })
            directory = result.directory
        }
    }

    @Test("the largest filter can change all its verdicts, again and again")
    func verdictsOfTheLargestFilter() {
        let names = (0..<Int(NETCTL_RULES_MAX)).map { "r\($0)" }
        var directory = SlotDirectory.empty
        for verdict in [Verdict.drop, .pass, nil, .drop, .pass] {
            let previous = Set(directory.entries.map(\.slot))
            let result = SlotDirectory.assign(
                names.map { RuleRecord(name: $0, verdict: verdict) }, after: directory)
            #expect(result.slots.count == names.count)
            #expect(previous.isDisjoint(with: result.slots))
            directory = result.directory
        }
    }
}
