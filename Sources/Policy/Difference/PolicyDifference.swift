/// What differs between two policies as they are written, by name: sets, filters and their rules.
///
/// Both are read as the canonical YAML of ``PolicyWriter``, so a key that is new in the policy file
/// is compared without being known here. What set files hold is not in the text.
public struct PolicyDifference: Hashable, Sendable {
    /// The changes: of the policy itself, its sets, its filters with their rules, and the rest.
    public let changes: [PolicyChange]

    /// Compares two policies.
    ///
    /// - Parameters:
    ///   - old: The text of the policy in force, as ``PolicyWriter`` wrote it then; an older version
    ///     may have.
    ///   - new: The text of the policy that would replace it.
    public init(from old: String, to new: String) {
        guard let old = Self.pairs(old), let new = Self.pairs(new) else {
            changes = []
            return
        }
        var changes: [PolicyChange] = []
        let named = ["sets", "filters", "devices"]
        let whole = Self.details(
            old.filter { !named.contains($0.key) }, new.filter { !named.contains($0.key) })
        if !whole.isEmpty { changes.append(PolicyChange(.changed, .policy, details: whole)) }
        for (key, what) in zip(named, [PolicyChange.Subject.set, .filter, .device]) {
            changes += Self.changes(
                what, from: Self.pairs(old[key]), to: Self.pairs(new[key]))
        }
        self.changes = changes
    }

    /// Whether the texts say the same.
    public var isEmpty: Bool { changes.isEmpty }

    private typealias Pairs = [(key: String, value: YAMLValue)]

    /// The text in the words of this version, where it can be read by it.
    private static func pairs(_ text: String) -> Pairs? {
        let source = PolicySource(path: "policy", bytes: Array(text.utf8))
        let policy = PolicyReader.read([source], setFile: { _ in [] }).policy
        let current = policy.map { Array(PolicyWriter.write($0).utf8) } ?? source.bytes
        guard let text = try? SourceText(PolicySource(path: "policy", bytes: current)),
            let root = YAMLDocument.read(Reading(source: text))
        else { return nil }
        return pairs(root)
    }

    private static func pairs(_ value: YAMLValue?) -> Pairs {
        guard case .mapping(let pairs) = value?.content else { return [] }
        return pairs.map { ($0.key.text ?? "", $0.value) }
    }

    /// What was removed, then what is there now, in its order.
    private static func changes(
        _ what: PolicyChange.Subject, from old: Pairs, to new: Pairs
    ) -> [PolicyChange] {
        var changes = old.filter { new[$0.key] == nil }.map {
            PolicyChange(.removed, what, name: $0.key)
        }
        for (name, value) in new {
            let earlier = old[name]
            let details = details(pairs(earlier).withoutRules, pairs(value).withoutRules)
            if earlier == nil || !details.isEmpty {
                changes.append(
                    PolicyChange(
                        earlier == nil ? .added : .changed, what, name: name, details: details))
            }
            changes += rules(of: name, from: earlier, to: value)
        }
        return changes
    }

    private static func rules(
        of filter: String, from old: YAMLValue?, to new: YAMLValue
    ) -> [PolicyChange] {
        let old = rules(old)
        let new = rules(new)
        let names = Set(new.map(\.key))
        var changes = old.enumerated().filter { !names.contains($0.element.key) }.map {
            PolicyChange(
                .removed, .rule, name: $0.element.key, filter: filter, oldPosition: $0.offset + 1)
        }
        let positions = Dictionary(
            old.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { $1 })
        let kept = LongestAscent.members(of: new.compactMap { positions[$0.key] })
        for (index, rule) in new.enumerated() {
            guard let earlier = positions[rule.key] else {
                changes.append(
                    PolicyChange(
                        .added, .rule, name: rule.key, filter: filter, position: index + 1,
                        details: details([], pairs(rule.value).withoutName)))
                continue
            }
            let details = details(
                pairs(old[earlier].value).withoutName, pairs(rule.value).withoutName)
            if !kept.contains(earlier) {
                changes.append(
                    PolicyChange(
                        .moved, .rule, name: rule.key, filter: filter, position: index + 1,
                        oldPosition: earlier + 1))
            }
            if !details.isEmpty {
                changes.append(
                    PolicyChange(
                        .changed, .rule, name: rule.key, filter: filter, position: index + 1,
                        oldPosition: earlier + 1, details: details))
            }
        }
        return changes
    }

    private static func rules(_ owner: YAMLValue?) -> Pairs {
        (owner?.value(of: "rules")?.elements ?? []).compactMap { rule in
            rule.value(of: "name")?.text.map { ($0, rule) }
        }
    }

    private static func details(_ old: Pairs, _ new: Pairs) -> [PolicyChange.Detail] {
        var details: [PolicyChange.Detail] = []
        for key in new.map(\.key) + old.map(\.key).filter({ new[$0] == nil }) {
            let (before, after) = (old[key], new[key])
            if [before, after].allSatisfy({ $0?.isMapping ?? true }) {
                details += Self.details(pairs(before), pairs(after)).map { $0.below(key) }
                continue
            }
            let was = before.map { $0.elements.map(\.flow) } ?? []
            let `is` = after.map { $0.elements.map(\.flow) } ?? []
            guard was != `is` || (before == nil) != (after == nil) else { continue }
            let (had, has) = (Set(was), Set(`is`))
            details.append(
                PolicyChange.Detail(
                    key: key, removed: was.filter { !has.contains($0) },
                    added: `is`.filter { !had.contains($0) }))
        }
        return details
    }
}

extension [(key: String, value: YAMLValue)] {
    /// The first value of a key.
    fileprivate subscript(key: String) -> YAMLValue? { first { $0.key == key }?.value }

    fileprivate var withoutRules: Self { filter { $0.key != "rules" } }
    fileprivate var withoutName: Self { filter { $0.key != "name" } }
}

extension YAMLValue {
    fileprivate var isMapping: Bool {
        if case .mapping = content { true } else { false }
    }

    /// The value on one line, as a person would write it.
    fileprivate var flow: String {
        switch content {
        case .scalar(let text): return text
        case .sequence(let elements): return "[\(elements.map(\.flow).joined(separator: ", "))]"
        case .mapping(let pairs):
            let body = pairs.map { "\($0.key.flow): \($0.value.flow)" }
            return "{ \(body.joined(separator: ", ")) }"
        }
    }
}
