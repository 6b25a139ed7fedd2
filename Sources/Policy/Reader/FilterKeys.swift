/// A filter that is being read.
struct FilterDraft {
    var defaultVerdict: PassOrDrop?
    var malformed = PassOrDrop.drop
    var nonIP = PassOrDrop.pass
    var monitor = false
    var log = false
    var rules: [Rule] = []

    /// The keys of a filter.
    static let keys = KeyTable<FilterDraft>([
        .required("default", .choice(PassOrDrop.self)) { value, draft, reading in
            draft.defaultVerdict = reading.verdict(value, of: "default")
        },
        .optional("malformed", .choice(PassOrDrop.self)) { value, draft, reading in
            draft.malformed = reading.verdict(value, of: "malformed") ?? draft.malformed
        },
        .optional("non-ip", .choice(PassOrDrop.self)) { value, draft, reading in
            draft.nonIP = reading.verdict(value, of: "non-ip") ?? draft.nonIP
        },
        .optional("rules", .list(of: RuleDraft.keys.shape(), atMost: PolicyLimits.rules)) {
            $1.rules = $2.rules($0)
        },
        .optional("monitor", .boolean) { $1.monitor = $2.boolean($0, of: "monitor") ?? false },
        .optional("log", .boolean) { $1.log = $2.boolean($0, of: "log") ?? false },
    ])
}

extension Reading {
    /// A filter; nil after an error.
    func filter(_ key: YAMLValue, _ value: YAMLValue) -> Filter? {
        let name = name(key, of: "a filter")
        var draft = FilterDraft()
        let subject = "filter '\((key.text ?? "").shortened)'"
        FilterDraft.keys.read(value, into: &draft, subject: subject, self)
        guard let name, let verdict = draft.defaultVerdict else { return nil }
        return Filter(
            name: name, defaultVerdict: verdict, malformed: draft.malformed, nonIP: draft.nonIP,
            monitor: draft.monitor, log: draft.log, rules: draft.rules,
            location: location(of: key))
    }

    fileprivate func verdict(_ value: YAMLValue, of key: String) -> PassOrDrop? {
        choice(value, of: key, synonyms: verdictSynonyms)
    }

    fileprivate func rules(_ value: YAMLValue) -> [Rule] {
        ruleList(value, atMost: PolicyLimits.rules, of: "a filter") { rule($0, number: $1) }
    }
}
