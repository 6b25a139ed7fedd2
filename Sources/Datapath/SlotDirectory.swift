internal import NetctlABI
public import PolicyCompiler

/// Which counter slot belongs to which rule. A rule keeps its slot, and so its counts, for as long
/// as its name lives, over any number of applies.
public struct SlotDirectory: Codable, Sendable, Equatable {
    /// A slot of a rule. One that changes its verdict gets another, so that the sums over verdicts
    /// stay true; the rule's packets are those of all its slots.
    public struct Entry: Codable, Sendable, Hashable {
        /// Index into a block of `counters`.
        public let slot: UInt32
        /// The rule's name.
        public let rule: String
        /// The verdict under which the slot's packets count; nil for a rule that goes on.
        public let verdict: Verdict?
    }

    /// In no order that matters.
    public private(set) var entries: [Entry]

    /// No rule has a slot.
    public static let empty = SlotDirectory(entries: [])

    /// The slots for a new policy, given those of the one that it replaces.
    ///
    /// - Parameters:
    ///   - rules: The new policy's rules, in order.
    ///   - previous: The slots in use until now. None of them is given to another rule: the old body
    ///     counts until the new one is in force.
    /// - Returns: A slot for each rule in order, the directory, and the entries whose rules are gone.
    static func assign(
        _ rules: [RuleRecord], after previous: SlotDirectory
    ) -> (slots: [UInt32], directory: SlotDirectory, retired: [Entry]) {
        let known = Dictionary(
            previous.entries.map { (Key(rule: $0.rule, verdict: $0.verdict), $0) },
            uniquingKeysWith: { first, _ in first })
        let names = Set(rules.map(\.name))
        var kept = previous.entries.filter { names.contains($0.rule) }
        let taken = Set(previous.entries.map(\.slot))
        let all = UInt32(NETCTL_SLOT_RULES)..<UInt32(NETCTL_SLOTS)
        var free = all.lazy.filter { !taken.contains($0) }.makeIterator()
        var slots: [UInt32] = []
        for rule in rules {
            if let entry = known[Key(rule: rule.name, verdict: rule.verdict)] {
                slots.append(entry.slot)
            } else if let slot = free.next() {
                slots.append(slot)
                kept.append(Entry(slot: slot, rule: rule.name, verdict: rule.verdict))
            }
        }
        let current = Set(kept.map(\.slot))
        let retired = previous.entries.filter { !current.contains($0.slot) }
        return (slots, SlotDirectory(entries: kept), retired)
    }

    private struct Key: Hashable {
        let rule: String
        let verdict: Verdict?
    }
}
