/// Checks that tests ask for rules that there are, and that can decide.
struct TestCheck {
    let reading: Reading

    /// Checks the rules that tests name; those of a filter that has errors are not known.
    func check(_ tests: [ReadTest], filters: [Filter], devices: [DeviceList]) {
        NameCheck(reading: reading).checkUnique(
            tests.map { ($0.test.name, $0.test.location) }, "test")
        guard !reading.hasErrors else { return }
        for read in tests {
            switch read.test.question {
            case .packet(let packet, let name):
                guard let filter = filters.first(where: { $0.name == name }) else { continue }
                check(read, packet, filter)
            case .request(_, let name):
                guard let list = devices.first(where: { $0.name == name }) else { continue }
                _ = rule(
                    of: read, among: list.rules.map { ($0.name, $0) }, "device list '\(list.name)'")
            }
        }
    }

    private func check(_ read: ReadTest, _ packet: PolicyTest.Packet, _ filter: Filter) {
        if filter.hook(withMark: packet.mark != nil) == nil {
            reading.report(
                .error, "unsupported-hook",
                "no hook can do all that test '\(read.test.name.shortened)' and the rules of filter "
                    + "'\(filter.name)' ask for", at: read.test.location)
        }
        let rules = filter.rules.map { ($0.name, $0) }
        guard let (rule, location) = rule(of: read, among: rules, "filter '\(filter.name)'") else {
            return
        }
        check(rule, at: location)
    }

    /// The rule that a test names; nil without one, and after an error.
    private func rule<Rule>(
        of read: ReadTest, among rules: [(name: Name, rule: Rule)], _ what: String
    ) -> (Rule, SourceLocation)? {
        guard case .rule(let name)? = read.test.rule, let location = read.rule else { return nil }
        if let found = rules.first(where: { $0.name == name }) { return (found.rule, location) }
        reading.report(
            .error, "unknown-rule", "\(what) has no rule '\(name)'",
            hint: Suggestion.hint(for: name.text, among: rules.map(\.name.text) + ["default"]),
            at: location)
        return nil
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
