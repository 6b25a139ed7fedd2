/// One difference between two policies.
public struct PolicyChange: Hashable, Sendable {
    /// What happened to it.
    public enum Kind: String, Codable, Hashable, Sendable {
        /// Only the new policy has it.
        case added
        /// Only the old policy has it.
        case removed
        /// Both have it, and it says something else.
        case changed
        /// Both have it, and it stands elsewhere among the others.
        case moved
    }

    /// What is different.
    public enum Subject: String, Codable, Hashable, Sendable {
        /// The policy itself: its name, where it goes.
        case policy
        /// A set.
        case set
        /// A filter without its rules.
        case filter
        /// A list of devices without its rules.
        case device
        /// A rule.
        case rule
    }

    /// A key that says something else; lists are compared by their elements.
    public struct Detail: Hashable, Sendable {
        /// The key, such as `action`; below others with a dot between, such as `match.dport`.
        public let key: String
        /// What only the old policy has.
        public let removed: [String]
        /// What only the new policy has; empty, as `removed`, when only the order differs.
        public let added: [String]

        func below(_ parent: String) -> Detail {
            Detail(key: "\(parent).\(key)", removed: removed, added: added)
        }
    }

    /// What happened.
    public let kind: Kind
    /// To what.
    public let subject: Subject
    /// Its name; of a rule, the name alone. Nil of the policy itself.
    public let name: String?
    /// The filter, or the list of devices, of a rule.
    public let filter: String?
    /// Where a rule stands in the new policy, from 1.
    public let position: Int?
    /// Where a rule stood in the old policy, from 1.
    public let oldPosition: Int?
    /// Which keys; none of what was removed or only moved.
    public let details: [Detail]

    init(
        _ kind: Kind, _ subject: Subject, name: String? = nil, filter: String? = nil,
        position: Int? = nil, oldPosition: Int? = nil, details: [Detail] = []
    ) {
        self.kind = kind
        self.subject = subject
        self.name = name
        self.filter = filter
        self.position = position
        self.oldPosition = oldPosition
        self.details = details
    }
}

extension PolicyChange: CustomStringConvertible {
    /// `changed rule inbound/web: action drop (was pass), match.src +192.0.2.1 -192.0.2.2`
    public var description: String {
        let path = [filter, name].compactMap { $0 }.joined(separator: "/")
        let head = [kind.rawValue, subject.rawValue, path].filter { !$0.isEmpty }
            .joined(separator: " ")
        var facts: [String] = []
        if kind == .moved, let position, let oldPosition {
            facts.append("place \(position) (was \(oldPosition))")
        }
        facts += details.map { kind == .added ? $0.value : $0.description }
        return facts.isEmpty ? head : "\(head): \(facts.joined(separator: ", "))"
    }
}

extension PolicyChange.Detail: CustomStringConvertible {
    /// More elements than these are counted.
    private static let shown = 8

    /// `action drop (was pass)`, or `match.src +192.0.2.1 -192.0.2.2`
    public var description: String {
        if added.isEmpty && removed.isEmpty { return "\(key) in another order" }
        if let new = added.first, let old = removed.first, added.count == 1, removed.count == 1 {
            return "\(key) \(new.shortened) (was \(old.shortened))"
        }
        let elements = added.map { "+\($0.shortened)" } + removed.map { "-\($0.shortened)" }
        return "\(key) \(Self.cut(elements))"
    }

    /// `action drop`: of what is new, all that it says.
    fileprivate var value: String {
        added.count == 1
            ? "\(key) \(added[0].shortened)" : "\(key) \(Self.cut(added.map(\.shortened)))"
    }

    private static func cut(_ elements: [String]) -> String {
        let omitted = elements.count - shown
        let list = elements.prefix(shown).joined(separator: " ")
        return omitted > 0 ? "\(list) and \(omitted) more" : list
    }
}
