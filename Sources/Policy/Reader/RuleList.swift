/// A rule of a filter or of a device list.
protocol NamedRule {
    var name: Name { get }
    var location: SourceLocation { get }
}

extension Rule: NamedRule {}
extension DeviceRule: NamedRule {}

extension Reading {
    /// The rules of `rules:`, those without errors, whose names are unique.
    ///
    /// - Parameters:
    ///   - value: What should be a list.
    ///   - most: How many there may be.
    ///   - owner: Whose rules they are: `a filter`.
    ///   - read: Reads one, given its number from 1.
    /// - Returns: The rules, in order.
    func ruleList<Element: NamedRule>(
        _ value: YAMLValue, atMost most: Int, of owner: String,
        _ read: (YAMLValue, Int) -> Element?
    ) -> [Element] {
        guard case .sequence(let elements) = value.content else {
            error(
                "wrong-type", "'rules' must be a list, not \(value.kind)",
                hint: value.isEmpty ? "write [] for no rules" : "start each rule with '-'",
                at: value)
            return []
        }
        guard elements.count <= most else {
            error(
                "limit", "\(owner) has at most \(most) rules, not \(elements.count)", at: value)
            return []
        }
        var lines: [Name: Int] = [:]
        var rules: [Element] = []
        for (index, element) in elements.enumerated() {
            guard let rule = read(element, index + 1) else { continue }
            if let first = lines[rule.name] {
                report(
                    .error, "duplicate-name", "rule '\(rule.name)' is already on line \(first)",
                    at: rule.location)
            } else {
                lines[rule.name] = rule.location.line
            }
            rules.append(rule)
        }
        return rules
    }
}
