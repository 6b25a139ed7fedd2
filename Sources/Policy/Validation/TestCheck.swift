/// Checks that tests ask for rules that there are, and that can decide.
struct TestCheck {
    let reading: Reading

    /// Checks the rules that tests name; those of a filter that has errors are not known.
    func check(_ tests: [ReadTest], filters: [Filter]) {
        NameCheck(reading: reading).checkUnique(
            tests.map { ($0.test.name, $0.test.location) }, "test")
        guard !reading.hasErrors else { return }
        for read in tests {
            guard case .rule(let name)? = read.test.rule, let location = read.rule,
                let filter = filters.first(where: { $0.name == read.test.filter })
            else { continue }
            guard let rule = filter.rules.first(where: { $0.name == name }) else {
                reading.report(
                    .error, "unknown-rule", "filter '\(filter.name)' has no rule '\(name)'",
                    hint: Suggestion.hint(
                        for: name.text, among: filter.rules.map(\.name.text) + ["default"]),
                    at: location)
                continue
            }
            check(rule, at: location)
        }
    }

    /// One packet, judged by itself.
    private func check(_ rule: Rule, at location: SourceLocation) {
        if rule.action == .count {
            reading.report(
                .warning, "never-decides",
                "the test fails: rule '\(rule.name)' counts, and decides nothing", at: location)
        } else if rule.limit != nil {
            reading.report(
                .warning, "never-decides",
                "the test fails: one packet does not exceed the limit of rule '\(rule.name)'",
                at: location)
        }
    }
}
