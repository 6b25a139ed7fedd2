/// A node of a policy file: text, a list or a mapping, and where it starts.
///
/// Every scalar is text: `no`, `010` and `null` are two, three and four characters.
struct YAMLValue: Sendable {
    enum Content: Sendable {
        case scalar(String)
        case sequence([YAMLValue])
        case mapping([(key: YAMLValue, value: YAMLValue)])
    }

    let content: Content
    /// From 1.
    let line: Int
    /// From 1, in Unicode scalars.
    let column: Int

    /// The text of a scalar.
    var text: String? {
        if case .scalar(let text) = content { text } else { nil }
    }

    /// What this is, for a message.
    var kind: String {
        switch content {
        case .scalar(""): return "nothing"
        case .scalar(let text): return "'\(text.shortened)'"
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        }
    }

    /// Whether nothing at all is written.
    var isEmpty: Bool { text?.isEmpty ?? false }

    /// Whether this, as a key, is the merge key; it is an error, and says nothing else.
    var isMergeKey: Bool { text == "<<" }

    /// The elements of a list; what is not a list stands for itself.
    var elements: [YAMLValue] {
        if case .sequence(let elements) = content { elements } else { [self] }
    }

    /// A key itself, or nil.
    func key(_ name: String) -> YAMLValue? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key.text == name }?.key
    }

    /// The value of a key, or nil.
    func value(of key: String) -> YAMLValue? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key.text == key }?.value
    }
}

extension StringProtocol {
    /// The text, fit for a message: cut after 60 characters, without control characters.
    var shortened: String {
        let scalars = unicodeScalars.prefix(61).map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : scalar
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars.prefix(60))
        return String(result) + (scalars.count > 60 ? "…" : "")
    }
}
