/// An action in braces that is being read.
struct ActionDraft {
    var redirect: String?

    /// The keys of an action in braces.
    static let keys = KeyTable<ActionDraft>([
        .required("redirect", .interfaceName) { $1.redirect = $2.redirectTarget($0) }
    ])

    /// The actions that are one word.
    static let words: [(word: String, action: Action)] = [
        ("pass", .pass), ("drop", .drop), ("count", .count), ("tx", .tx),
    ]
}

extension Shape {
    /// A word, or an action in braces.
    static let action = any(of: [
        words(ActionDraft.words.map(\.word)), ActionDraft.keys.shape(),
    ])
}

extension Reading {
    /// The action of a rule; nil after an error.
    func action(_ value: YAMLValue, subject: String) -> Action? {
        if case .mapping = value.content {
            var draft = ActionDraft()
            ActionDraft.keys.read(value, into: &draft, subject: "'action' of \(subject)", self)
            return draft.redirect.map(Action.redirect)
        }
        let word = value.text ?? ""
        if let known = ActionDraft.words.first(where: { $0.word == word }) { return known.action }
        if word == "reject" {
            error("reserved", "'reject' is reserved for a later version", at: value)
            return nil
        }
        error(
            "invalid-value",
            "'action' must be pass, drop, count, tx or { redirect: IFACE }, not \(value.kind)",
            hint: hint(forAction: word), at: value)
        return nil
    }

    private func hint(forAction word: String) -> String? {
        if word.lowercased() == "redirect" { return "write { redirect: IFACE }" }
        return verdictSynonyms[word.lowercased()].map { "did you mean '\($0)'?" }
            ?? Suggestion.hint(for: word, among: ActionDraft.words.map(\.word))
    }

    /// The name of one interface; nil after an error.
    fileprivate func redirectTarget(_ value: YAMLValue) -> String? {
        guard let pattern = interface(value) else { return nil }
        guard pattern.isExact else {
            error(
                "invalid-interface", "'redirect' needs one interface, not the pattern '\(pattern)'",
                at: value)
            return nil
        }
        return pattern.text
    }
}
