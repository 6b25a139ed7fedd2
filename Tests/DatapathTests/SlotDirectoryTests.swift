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
            rules(("a", .drop), ("b", nil), ("c", .pass)), after: .empty, replacing: [])
        #expect(result.slots == [first, first + 1, first + 2])
        #expect(result.directory.entries.map(\.account.rule) == ["a", "b", "c"])
        #expect(result.directory.entries.map(\.account.verdict) == [.drop, nil, .pass])
    }

    @Test("a rule keeps its slot by name, wherever it moves")
    func keptByName() {
        let first = rules(("a", .drop), ("b", .drop))
        let old = SlotDirectory.assign(first, after: .empty, replacing: [])
        let new = SlotDirectory.assign(
            rules(("new", .drop), ("b", .drop), ("a", .drop)), after: old.directory,
            replacing: first)
        #expect(new.slots == [self.first + 2, self.first + 1, self.first])
        #expect(old.directory.without(new.directory).isEmpty)
    }

    @Test("a changed verdict gets another slot; the old one still counts for the rule")
    func changedVerdict() {
        let drops = rules(("a", .drop))
        let old = SlotDirectory.assign(drops, after: .empty, replacing: [])
        let new = SlotDirectory.assign(
            rules(("a", .pass)), after: old.directory, replacing: drops)
        #expect(new.slots == [first + 1])
        #expect(Set(new.directory.entries.map(\.account.verdict)) == [.drop, .pass])
        let back = SlotDirectory.assign(
            drops, after: new.directory, replacing: rules(("a", .pass)))
        #expect(back.slots == [first])
        #expect(back.directory.entries.count == 2)
    }

    @Test("what a replaced rule had stays its own for one apply more, and is retired, whole, then")
    func retired() {
        let both = rules(("a", .drop), ("b", nil))
        let old = SlotDirectory.assign(both, after: .empty, replacing: [])
        let new = SlotDirectory.assign(
            rules(("c", .drop)), after: old.directory, replacing: both)
        #expect(new.slots == [first + 2])
        #expect(old.directory.without(new.directory).isEmpty)
        // One can no longer go back to `a` and `b`. While that is decided, they may still count.
        let next = SlotDirectory.assign(
            rules(("c", .drop), ("d", .drop)), after: new.directory,
            replacing: rules(("c", .drop)))
        #expect(next.slots == [first + 2, first + 3])
        #expect(Set(new.directory.without(next.directory)) == Set(old.directory.entries))
        let last = SlotDirectory.assign(
            rules(("e", .drop)), after: next.directory,
            replacing: rules(("c", .drop), ("d", .drop)))
        #expect(last.slots == [first])
    }

    @Test("the largest filter can be replaced by another one of that size, again and again")
    func capacity() {
        var directory = SlotDirectory.empty
        var current: [RuleRecord] = []
        for round in 0..<5 {
            let rules = (0..<Int(NETCTL_RULES_MAX)).map {
                RuleRecord(name: "r\(round)-\($0)", verdict: .drop)
            }
            let previous = Set(directory.entries.map(\.slot))
            let result = SlotDirectory.assign(rules, after: directory, replacing: current)
            #expect(result.slots.count == rules.count)
            #expect(Set(result.slots).count == rules.count)
            #expect(previous.isDisjoint(with: result.slots))
            #expect(result.slots.allSatisfy { $0 >= first && $0 < UInt32(NETCTL_SLOTS) })
            directory = result.directory
            current = rules
        }
    }

    @Test("the largest filter can change all its verdicts, again and again")
    func verdictsOfTheLargestFilter() {
        let names = (0..<Int(NETCTL_RULES_MAX)).map { "r\($0)" }
        var directory = SlotDirectory.empty
        var current: [RuleRecord] = []
        for verdict in [Verdict.drop, .pass, nil, .drop, .pass] {
            let rules = names.map { RuleRecord(name: $0, verdict: verdict) }
            let result = SlotDirectory.assign(rules, after: directory, replacing: current)
            #expect(Set(result.slots).count == names.count)
            // A slot is kept for what it counted, and for nothing else.
            let before = Dictionary(
                directory.entries.map { ($0.slot, $0.account) }, uniquingKeysWith: { $1 })
            for (rule, slot) in zip(rules, result.slots) {
                #expect(before[slot] == nil || before[slot] == rule.account)
            }
            directory = result.directory
            current = rules
        }
    }
}
