/// A rule that is being read.
struct RuleDraft {
    /// What to call it, such as `rule 'web'`.
    let subject: String
    var name: Name?
    var match: Match?
    var action: Action?
    var limit: Limit?
    var monitor = false
    var log: RuleLog?

    /// The keys of a rule.
    static let keys = KeyTable<RuleDraft>([
        .required("name", .name) { $1.name = $2.name($0, of: "a rule") },
        .optional("match", MatchDraft.table.shape()) { value, draft, reading in
            draft.match = MatchDraft.read(value, subject: draft.subject, reading)
        },
        .required("action", .action) { value, draft, reading in
            draft.action = reading.action(value, subject: draft.subject)
        },
        .optional("monitor", .boolean) { $1.monitor = $2.boolean($0, of: "monitor") ?? false },
        .optional("limit", LimitDraft.keys.shape()) { value, draft, reading in
            draft.limit = reading.limit(value, subject: draft.subject)
        },
        .optional("log", .log) { $1.log = $2.log($0, subject: $1.subject) },
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
        var rule = Rule(
            name: name, match: draft.match ?? Match(location: location(of: nameValue)),
            limit: draft.limit, action: action, monitor: draft.monitor, log: draft.log,
            location: location(of: nameValue))
        for feature in rule.features {
            rule.featureLocations[feature] = place(of: feature, in: value).map(location)
        }
        return rule
    }

    /// Where a rule asks for something that not every hook can do.
    private func place(of feature: HookFeature, in rule: YAMLValue) -> YAMLValue? {
        let match = rule.value(of: "match")
        switch feature {
        case .tx: return rule.value(of: "action")
        case .redirect: return rule.value(of: "action")?.key("redirect")
        case .mark, .vlan:
            let key = feature.rawValue
            return match?.key(key) ?? match?.value(of: "not")?.key(key)
        }
    }
}
