internal import NetctlABI
public import PolicyCompiler

/// Which counter slot belongs to which rule. A rule keeps its slot, and so its counts, for as long
/// as its name lives, over any number of applies.
public struct SlotDirectory: Codable, Sendable, Equatable {
    /// How a rule's packets are counted. A rule that changes it gets another slot, so that the sums
    /// over verdicts and reasons stay true; the rule's packets are those of all its slots.
    public struct Account: Codable, Sendable, Hashable {
        /// The rule's name.
        public let rule: String
        /// What the rule does; nil when it counts and goes on.
        public let verdict: Verdict?
        /// Whether it only reports: its packets pass, with reason `monitor`.
        public let isMonitored: Bool
    }

    /// A slot and what it counts.
    public struct Entry: Codable, Sendable, Hashable {
        /// Index into a block of `counters`.
        public let slot: UInt32
        /// What is counted there.
        public let account: Account
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
    ///   - current: The rules of the policy that is replaced. Their slots stay theirs: one can go
    ///     back to it.
    /// - Returns: A slot for each rule in order, and the directory. What is in `previous` and not in
    ///   it is of rules that are gone.
    static func assign(
        _ rules: [RuleRecord], after previous: SlotDirectory, replacing current: [RuleRecord]
    ) -> (slots: [UInt32], directory: SlotDirectory) {
        let known = Dictionary(
            previous.entries.map { ($0.account, $0) }, uniquingKeysWith: { first, _ in first })
        let taken = Set(previous.entries.map(\.slot))
        let all = UInt32(NETCTL_SLOT_RULES)..<UInt32(NETCTL_SLOTS)
        var free = all.lazy.filter { !taken.contains($0) }.makeIterator()
        var used: [Entry] = []
        for rule in rules {
            if let entry = known[rule.account] {
                used.append(entry)
            } else if let slot = free.next() {
                used.append(Entry(slot: slot, account: rule.account))
            }
        }
        let own = SlotDirectory(entries: used + earlier(previous, than: used))
        return (used.map(\.slot), own.joined(by: previous.entries(of: current)))
    }

    /// What the rules that are in use had counted in other ways before; none of it when policies to
    /// come could then lack slots for rules of their own.
    private static func earlier(_ previous: SlotDirectory, than used: [Entry]) -> [Entry] {
        let names = Set(used.map(\.account.rule))
        let current = Set(used.map(\.slot))
        let earlier = previous.entries.filter {
            names.contains($0.account.rule) && !current.contains($0.slot)
        }
        return used.count + earlier.count <= NETCTL_RULES_MAX ? earlier : []
    }

    /// The entries of some rules.
    func entries(of rules: [RuleRecord]) -> [Entry] {
        let names = Set(rules.map(\.name))
        return entries.filter { names.contains($0.account.rule) }
    }

    /// The same and more; of a slot that is in both, what is here.
    func joined(by others: [Entry]) -> SlotDirectory {
        let slots = Set(entries.map(\.slot))
        return SlotDirectory(entries: entries + others.filter { !slots.contains($0.slot) })
    }

    /// What is here and not in another directory.
    func without(_ other: SlotDirectory) -> [Entry] {
        let slots = Set(other.entries.map(\.slot))
        return entries.filter { !slots.contains($0.slot) }
    }
}
