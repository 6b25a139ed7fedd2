/// Warns of rules that never match because of an earlier one, and of rules that say the same.
///
/// A rule is covered when each key of one earlier rule that decides holds for all that it matches.
/// That is sound, not complete: rules that several earlier ones cover together are not found, nor
/// are those beyond the bounds here. ``CoverIndex`` says what it costs.
struct ShadowCheck {
    let reading: Reading

    /// More than so many candidates of a rule are not compared.
    private static let comparisons = 64
    /// More than so many ranges of a filter are not compared.
    private static let steps = 10_000_000

    /// Checks the rules of a filter.
    ///
    /// - Parameters:
    ///   - rules: The rules, in order.
    ///   - spaces: What they match; nil for what is not known or is empty.
    func check(_ rules: [Rule], _ spaces: [MatchSpace?]) {
        guard rules.count > 1 else { return }
        // A rule with a limit leaves what is within it to later rules.
        let index = CoverIndex(
            spaces, isDeciding: rules.map { $0.action != .count && $0.limit == nil })
        var steps = Self.steps
        var counting: [MatchSpace.Keys: Int] = [:]
        for (number, rule) in rules.enumerated() {
            guard let space = spaces[number] else { continue }
            let candidates = index.candidates(of: number).prefix(
                min(Self.comparisons, max(0, steps) / space.rangeCount))
            steps -= space.rangeCount * Self.comparisons
            if let earlier = candidates.first(where: { spaces[$0]?.covers(space) ?? false }) {
                report(
                    rule, coveredBy: rules[earlier], isSame: isSame(rules, spaces, number, earlier))
                continue
            }
            guard rule.action == .count, rule.limit == nil else { continue }
            if let earlier = counting[space.keys] {
                reading.report(
                    .warning, "repeated-rule",
                    "rule '\(rule.name)' repeats \(words(rules[earlier]))", at: rule.location)
            } else {
                counting[space.keys] = number
            }
        }
    }

    private func isSame(
        _ rules: [Rule], _ spaces: [MatchSpace?], _ number: Int, _ earlier: Int
    ) -> Bool {
        rules[number].action == rules[earlier].action && rules[number].limit == nil
            && spaces[number]?.keys == spaces[earlier]?.keys
    }

    private func report(_ rule: Rule, coveredBy earlier: Rule, isSame: Bool) {
        reading.report(
            .warning, isSame ? "repeated-rule" : "shadowed-rule",
            "rule '\(rule.name)' never matches: "
                + (isSame
                    ? "it repeats \(words(earlier))" : "\(words(earlier)) covers it"),
            at: rule.location)
    }

    private func words(_ rule: Rule) -> String {
        "'\(rule.name)' (line \(rule.location.line))"
    }
}
