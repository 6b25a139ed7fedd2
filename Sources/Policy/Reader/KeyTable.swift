/// Whether a key must, may or cannot be given.
enum KeyPresence: Sendable {
    case required
    case optional
    /// In the documentation, and not in this version.
    case unsupported
    /// Known, and an error here that says why.
    case elsewhere
}

/// A key of one level of the policy file, and what reads its value into the draft of that level.
struct Key<Draft>: Sendable {
    let name: String
    let presence: KeyPresence
    /// What may stand behind it; nil of a key that cannot be given.
    let shape: Shape?
    let read: @Sendable (YAMLValue, inout Draft, Reading) -> Void

    static func required(
        _ name: String, _ shape: Shape,
        _ read: @escaping @Sendable (YAMLValue, inout Draft, Reading) -> Void
    ) -> Key { Key(name: name, presence: .required, shape: shape, read: read) }

    static func optional(
        _ name: String, _ shape: Shape,
        _ read: @escaping @Sendable (YAMLValue, inout Draft, Reading) -> Void
    ) -> Key { Key(name: name, presence: .optional, shape: shape, read: read) }

    static func unsupported(_ name: String) -> Key {
        Key(name: name, presence: .unsupported, shape: nil) { _, _, _ in }
    }

    /// The same key for a draft that has this one as a part.
    func within<Whole>(
        _ part: any WritableKeyPath<Whole, Draft> & Sendable
    ) -> Key<Whole> {
        Key<Whole>(name: name, presence: presence, shape: shape) { [read] value, draft, reading in
            read(value, &draft[keyPath: part], reading)
        }
    }

    /// A key that cannot stand here; `report` says why, at the key itself.
    static func elsewhere(
        _ name: String, _ report: @escaping @Sendable (YAMLValue, Reading) -> Void
    ) -> Key {
        Key(name: name, presence: .elsewhere, shape: nil) { value, _, reading in
            report(value, reading)
        }
    }
}

/// The keys of one level of the policy file. A new key is one more entry.
struct KeyTable<Draft>: Sendable {
    let keys: [Key<Draft>]

    init(_ keys: [Key<Draft>]) { self.keys = keys }

    /// Reads the mapping `value` into `draft`.
    ///
    /// - Parameters:
    ///   - value: What should be a mapping.
    ///   - draft: What the keys' readers fill.
    ///   - subject: What the mapping is, such as `rule 'web'`.
    ///   - what: What to call the mapping when it is none; the subject if nil.
    ///   - reading: Where errors go.
    func read(
        _ value: YAMLValue, into draft: inout Draft, subject: String, what: String? = nil,
        _ reading: Reading
    ) {
        guard case .mapping(let pairs) = value.content else {
            reading.error(
                "wrong-type", "\(what ?? subject) must be a mapping, not \(value.kind)",
                hint: "write keys and values: { \(keys[0].name): … }", at: value)
            return
        }
        var missing = keys.filter { $0.presence == .required }.map(\.name)
        for pair in pairs {
            guard let name = pair.key.text else { continue }
            missing.removeAll { $0 == name }
            if pair.key.isMergeKey {
                // Reported already; what it would have brought is not missing.
                missing = []
                continue
            }
            guard let key = keys.first(where: { $0.name == name }) else {
                let suggestion = reportUnknown(pair, subject: subject, reading)
                missing.removeAll { $0 == suggestion }
                continue
            }
            if key.presence == .unsupported {
                reading.unsupported("'\(name)'", at: pair.key)
                // What else belongs to an unsupported key cannot be known here.
                missing = []
                continue
            }
            key.read(key.presence == .elsewhere ? pair.key : pair.value, &draft, reading)
        }
        for name in missing {
            reading.error("missing-key", "\(subject) has no '\(name)'", at: value)
        }
    }

    private func reportUnknown(
        _ pair: (key: YAMLValue, value: YAMLValue), subject: String, _ reading: Reading
    ) -> String? {
        let name = pair.key.text ?? ""
        if pair.value.isEmpty, let hint = reading.source.commaHint(before: pair.key) {
            reading.error(
                "unknown-key", "unknown key '\(name.shortened)' in \(subject)", hint: hint,
                at: pair.key)
            return nil
        }
        let suggestion = Suggestion.closest(to: name, among: keys.map(\.name))
        reading.error(
            "unknown-key", "unknown key '\(name.shortened)' in \(subject)",
            hint: suggestion.map { "did you mean '\($0)'?" }, at: pair.key)
        return suggestion
    }
}

extension Reading {
    /// Reports something that the contract has and this version has not.
    func unsupported(_ what: String, at value: YAMLValue) {
        error("unsupported", "\(what) is not supported by this version of netctl", at: value)
    }
}
