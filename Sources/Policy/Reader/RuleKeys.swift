/// A rule that is being read.
struct RuleDraft {
    /// What to call it, such as `rule 'web'`.
    let subject: String
    var name: Name?
    var match: Match?
    var action: Action?
    var limit: Limit?
    var monitor = false

    /// The keys of a rule.
    static let keys = KeyTable<RuleDraft>([
        .required("name", .name) { $1.name = $2.name($0, of: "a rule") },
        .optional("match", MatchDraft.table.shape()) { value, draft, reading in
            draft.match = MatchDraft.read(value, subject: draft.subject, reading)
        },
        .required("action", .choice(Action.self)) { $1.action = $2.action($0) },
        .optional("monitor", .boolean) { $1.monitor = $2.boolean($0, of: "monitor") ?? false },
        .optional("limit", LimitDraft.keys.shape()) { value, draft, reading in
            draft.limit = reading.limit(value, subject: draft.subject)
        },
        .unsupported("log"),
    ])
}

extension Reading {
    /// A rule; nil after an error.
    func rule(_ value: YAMLValue, number: Int) -> Rule? {
        let nameValue = value.value(of: "name")
        let name = nameValue?.text.flatMap { $0.isEmpty ? nil : $0 }
        let subject = name.map { "rule '\($0.shortened)'" } ?? "rule \(number)"
        var draft = RuleDraft(subject: subject)
        RuleDraft.keys.read(value, into: &draft, subject: subject, self)
        guard let name = draft.name, let action = draft.action, let nameValue else { return nil }
        return Rule(
            name: name, match: draft.match ?? Match(location: location(of: nameValue)),
            limit: draft.limit, action: action, monitor: draft.monitor,
            location: location(of: nameValue))
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
