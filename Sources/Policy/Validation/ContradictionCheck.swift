import NetTypes

/// Warns of rules whose own keys can never hold together.
struct ContradictionCheck {
    let reading: Reading

    /// Reports a rule whose keys contradict each other.
    func check(_ rule: Rule, _ space: MatchSpace) {
        guard space.isEmpty, let reason = reason(rule, space) else { return }
        reading.report(
            .warning, "never-matches", "rule '\(rule.name)' never matches: \(reason)",
            at: rule.location)
    }

    private func reason(_ rule: Rule, _ space: MatchSpace) -> String? {
        for field in [PacketField.etherType, .proto] {
            let reasons = space.reasons[field] ?? []
            if let reason = contradiction(reasons) { return reason }
        }
        for field in PacketField.allCases where space.keys.values[field]?.isEmpty ?? false {
            if field == .sport || field == .dport, isEmptySet(rule, field) { return nil }
            return "'\(field.key)' and 'not' leave nothing"
        }
        for (key, addresses, wanted) in [
            ("src", space.keys.src, rule.match.not.src),
            ("dst", space.keys.dst, rule.match.not.dst),
        ] where addresses?.isEmpty ?? false {
            // A set that is empty has a warning of its own.
            return wanted == nil ? nil : "'\(key)' and 'not' leave no address"
        }
        return nil
    }

    /// Whether the ports are none because a set is empty, which has a warning of its own.
    private func isEmptySet(_ rule: Rule, _ field: PacketField) -> Bool {
        (field == .sport ? rule.match.not.sport : rule.match.not.dport) == nil
    }

    /// What two keys, or all together, say that cannot be.
    private func contradiction(_ reasons: [MatchSpace.Reason]) -> String? {
        if let alone = reasons.first(where: \.values.isEmpty) { return alone.text }
        for (index, first) in reasons.enumerated() {
            for second in reasons.dropFirst(index + 1)
            where first.values.intersection(second.values).isEmpty {
                return "\(second.text), and \(first.text)"
            }
        }
        guard let start = reasons.first?.values,
            reasons.reduce(start, { $0.intersection($1.values) }).isEmpty
        else { return nil }
        return reasons.map(\.text).joined(separator: ", and ")
    }
}
