extension Reading {
    /// The text of a scalar that is not empty; nil after an error.
    func text(_ value: YAMLValue, of what: String) -> String? {
        guard let text = value.text, !text.isEmpty else {
            let hint = value.text == nil ? source.quotingHint(for: value) : nil
            error("wrong-type", "expected \(what), found \(value.kind)", hint: hint, at: value)
            return nil
        }
        return text
    }

    /// The elements of a list that is not empty, or the one value in its place.
    func elements(_ value: YAMLValue, of key: String) -> [YAMLValue] {
        if case .mapping = value.content {
            error(
                "wrong-type", "'\(key)' must be a value or a list, not a mapping",
                hint: source.quotingHint(for: value), at: value)
            return []
        }
        if value.elements.isEmpty {
            error(
                "empty-list", "an empty list for '\(key)' matches nothing",
                hint: "leave the key out", at: value)
        }
        return value.elements
    }

    /// A name; nil after an error.
    func name(_ value: YAMLValue, of what: String) -> Name? {
        guard let text = value.text else {
            error("wrong-type", "expected the name of \(what), found \(value.kind)", at: value)
            return nil
        }
        do {
            return try Name(text)
        } catch {
            report(invalidName: text, error, of: what, at: location(of: value))
            return nil
        }
    }

    private func report(
        invalidName text: String, _ error: NameError, of what: String, at location: SourceLocation
    ) {
        let shown = "'\(text.shortened)'"
        let message: String
        switch error {
        case .empty: message = "the name of \(what) is empty"
        case .tooLong: message = "name \(shown) of \(what) is longer than \(Name.maximumLength)"
        case .invalidCharacter: message = "name \(shown) of \(what) may hold a-z, 0-9 and '-' only"
        case .invalidStart: message = "name \(shown) of \(what) must start with a letter or a digit"
        case .reserved: message = "'default' is reserved and cannot be the name of \(what)"
        }
        let candidate = String(
            text.lowercased().map { $0 == "_" || $0 == " " || $0 == "." ? "-" : $0 })
        let hint = (try? Name(candidate)).map { "did you mean '\($0)'?" }
        report(.error, "invalid-name", message, hint: hint, at: location)
    }

    /// `true` or `false`; nil after an error.
    func boolean(_ value: YAMLValue, of key: String) -> Bool? {
        switch value.text {
        case "true": return true
        case "false": return false
        default:
            let guess: String?
            switch value.text?.lowercased() {
            case "true", "yes", "on", "1", "y": guess = "true"
            case "false", "no", "off", "0", "n": guess = "false"
            default: guess = nil
            }
            error(
                "wrong-type", "'\(key)' must be true or false, not \(value.kind)",
                hint: guess.map { "did you mean '\($0)'?" }, at: value)
            return nil
        }
    }

    /// One of a few words; nil after an error.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: YAMLValue, of key: String, synonyms: [String: String] = [:]
    ) -> Choice? where Choice.RawValue == String {
        if let text = value.text, let choice = Choice(rawValue: text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let list = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        let word = value.text ?? ""
        let hint =
            synonyms[word.lowercased()].map { "did you mean '\($0)'?" }
            ?? Suggestion.hint(for: word, among: words)
        error("invalid-value", "'\(key)' must be \(list), not \(value.kind)", hint: hint, at: value)
        return nil
    }
}

/// What other firewalls call a verdict.
let verdictSynonyms = [
    "accept": "pass", "allow": "pass", "permit": "pass", "deny": "drop", "block": "drop",
    "discard": "drop", "reject": "drop", "log": "count", "counter": "count",
]
