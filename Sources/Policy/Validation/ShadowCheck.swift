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

    /// Reports limits that an earlier one keeps from ever being exceeded: it takes every packet of
    /// the rule into account, decides those over a rate and a burst that are no higher, and shares
    /// its buckets among no fewer sources.
    ///
    /// - Parameters:
    ///   - rules: The rules, in order.
    ///   - spaces: What they match; nil for what is not known or is empty.
    func checkLimits(_ rules: [Rule], _ spaces: [MatchSpace?]) {
        guard rules.count(where: { $0.limit != nil }) > 1 else { return }
        let index = CoverIndex(
            spaces, isDeciding: rules.map { $0.action != .count && $0.limit != nil })
        var steps = Self.steps
        for (number, rule) in rules.enumerated() {
            guard let space = spaces[number], let limit = rule.limit else { continue }
            let candidates = index.candidates(of: number).prefix(
                min(Self.comparisons, max(0, steps) / space.rangeCount))
            steps -= space.rangeCount * Self.comparisons
            let earlier = candidates.first { candidate in
                rules[candidate].limit?.bounds(limit) ?? false
                    && spaces[candidate]?.covers(space) ?? false
            }
            guard let earlier else { continue }
            reading.report(
                .warning, "unreachable-limit",
                "the limit of rule '\(rule.name)' is never exceeded: \(words(rules[earlier])) lets"
                    + " no more by", at: rule.location)
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

extension Limit {
    /// Whether packets that this limit let by never exceed the other one.
    fileprivate func bounds(_ other: Limit) -> Bool {
        intervalNanoseconds >= other.intervalNanoseconds
            && toleranceNanoseconds / intervalNanoseconds
                <= other.toleranceNanoseconds / other.intervalNanoseconds
            && per.width >= other.per.width
    }
}

extension Limit.Scope {
    /// Buckets of a wider scope hold whole buckets of a narrower one.
    fileprivate var width: Int {
        switch self {
        case .src: 0
        case .srcNet: 1
        case .all: 2
        }
    }
}
