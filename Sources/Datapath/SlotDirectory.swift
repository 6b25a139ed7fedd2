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
    /// - Returns: A slot for each rule in order, the directory, and the entries whose rules are gone.
    static func assign(
        _ rules: [RuleRecord], after previous: SlotDirectory
    ) -> (slots: [UInt32], directory: SlotDirectory, retired: [Entry]) {
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
        let kept = used + earlier(previous, than: used)
        let current = Set(kept.map(\.slot))
        let retired = previous.entries.filter { !current.contains($0.slot) }
        return (used.map(\.slot), SlotDirectory(entries: kept), retired)
    }

    /// What the rules that are in use had counted in other ways before; none of it when the next
    /// policy could then lack slots for rules of its own.
    private static func earlier(_ previous: SlotDirectory, than used: [Entry]) -> [Entry] {
        let names = Set(used.map(\.account.rule))
        let current = Set(used.map(\.slot))
        let earlier = previous.entries.filter {
            names.contains($0.account.rule) && !current.contains($0.slot)
        }
        let room = NETCTL_SLOTS - NETCTL_SLOT_RULES - NETCTL_RULES_MAX
        return used.count + earlier.count <= room ? earlier : []
    }
}
