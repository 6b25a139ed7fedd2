import NetTypes

/// The limit of a rule's events that is being read.
struct LogDraft {
    var every: Duration?

    /// The keys of a rule's `log:`.
    static let keys = KeyTable<LogDraft>([
        .required("every", .duration) { $1.every = $2.duration($0) }
    ])
}

extension Shape {
    /// `true`, `false` or `{ every: 1s }`.
    static let log = any(of: [.boolean, LogDraft.keys.shape()])

    /// An integer with its unit; how long it may be is beyond a pattern.
    static let duration = text("[1-9][0-9]*(?:ms|s|m|h|d)").named("duration")
}

extension Reading {
    /// `true`, `false` or `{ every: 1s }`; nil for false and after an error.
    func log(_ value: YAMLValue, subject: String) -> RuleLog? {
        if case .mapping = value.content {
            var draft = LogDraft()
            LogDraft.keys.read(value, into: &draft, subject: "'log' of \(subject)", self)
            return draft.every.map(RuleLog.init)
        }
        guard let text = value.text, DurationText.parse(text) != nil else {
            return boolean(value, of: "log") == true ? .usual : nil
        }
        error(
            "wrong-type", "'log' must be true, false or a limit, not '\(text)'",
            hint: "write { every: \(text) }", at: value)
        return nil
    }

    fileprivate func duration(_ value: YAMLValue) -> Duration? {
        guard let text = text(value, of: "a duration") else { return nil }
        guard let duration = DurationText.parse(text) else {
            error(
                "invalid-duration", "'\(text.shortened)' is not a duration",
                hint: "write an integer with ms, s, m, h or d, such as 1s", at: value)
            return nil
        }
        return duration
    }
}
