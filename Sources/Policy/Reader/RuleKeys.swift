/// A rule that is being read.
struct RuleDraft {
    var name: Name?
    var match: Match?
    var action: Action?
    var location = SourceLocation.none

    /// The keys of a rule.
    static let keys = KeyTable<RuleDraft>([
        .required("name") { $1.name = $2.name($0, of: "a rule") },
        .optional("match") { value, draft, reading in
            var match = Match(location: reading.location(of: value))
            let subject = draft.name.map { "rule '\($0)'" } ?? "match"
            MatchKeys.table.read(value, into: &match.keys, subject: subject, reading)
            draft.match = match
        },
        .required("action") { $1.action = $2.action($0) },
        .unsupported("limit"), .unsupported("log"), .unsupported("monitor"),
    ])
}

extension Reading {
    /// A rule; nil after an error.
    func rule(_ value: YAMLValue, number: Int) -> Rule? {
        let nameValue = value.value(of: "name")
        let name = nameValue?.text.flatMap { $0.isEmpty ? nil : $0 }
        let subject = name.map { "rule '\($0.shortened)'" } ?? "rule \(number)"
        var draft = RuleDraft(name: name.flatMap { try? Name($0) })
        RuleDraft.keys.read(value, into: &draft, subject: subject, self)
        guard let name = draft.name, let action = draft.action, let nameValue else { return nil }
        return Rule(
            name: name, match: draft.match ?? Match(location: location(of: nameValue)),
            action: action, location: location(of: nameValue))
    }

    fileprivate func action(_ value: YAMLValue) -> Action? {
        if case .mapping(let pairs) = value.content {
            if let pair = pairs.first(where: { $0.key.text == "redirect" }) {
                unsupported("'redirect'", at: pair.key)
                return nil
            }
        }
        if let text = value.text, text == "tx" || text == "reject" {
            unsupported("'\(text)'", at: value)
            return nil
        }
        return choice(value, of: "action", synonyms: verdictSynonyms)
    }
}
