import NetTypes

/// A set that is being read.
struct SetDraft {
    var name: Name
    var location: SourceLocation
    /// The file that the set stands in.
    var source: PolicySource
    /// Nil after an error.
    var contents: SetSource?
    /// Where the elements of `file:` or `sets:` stand.
    var locations: [SourceLocation] = []

    /// The keys of a set, of which one is given.
    static let keys = KeyTable<SetDraft>([
        .optional("file", .oneOrMore(.anyText)) { value, draft, reading in
            let elements = reading.elements(value, of: "file")
            draft.contents = .files(elements.compactMap { reading.path($0) })
            draft.locations = elements.map(reading.location)
        },
        .optional("cidrs", .oneOrMore(.address, orNone: true)) { value, draft, reading in
            draft.contents = .inline(reading.inlineAddresses(value))
        },
        .optional("ports", .oneOrMore(.port, orNone: true)) { value, draft, reading in
            draft.contents = .ports(reading.inlinePorts(value))
        },
        .optional("sets", .oneOrMore(.name)) { value, draft, reading in
            let elements = reading.elements(value, of: "sets")
            draft.contents = .sets(elements.compactMap { reading.memberSet($0) })
            draft.locations = elements.map(reading.location)
        },
    ])

    /// Exactly one of the keys.
    static let shape = keys.shape([
        .init(key: "minProperties", value: 1), .init(key: "maxProperties", value: 1),
    ])
}

extension Reading {
    /// A set; its name alone after an error in it.
    func set(_ key: YAMLValue, _ value: YAMLValue, of file: PolicySource) -> SetDraft? {
        guard let name = name(key, of: "a set") else { return nil }
        var draft = SetDraft(name: name, location: location(of: key), source: file)
        let before = diagnostics.count
        SetDraft.keys.read(value, into: &draft, subject: "set '\(name)'", self)
        if case .mapping(let pairs) = value.content, pairs.count != 1, diagnostics.count == before {
            error(
                pairs.isEmpty ? "missing-key" : "conflicting-keys",
                "set '\(name)' needs exactly one of 'file', 'cidrs', 'ports' and 'sets'",
                hint: pairs.isEmpty
                    ? nil : "put each in a set of its own and join them with 'sets'",
                at: pairs.isEmpty ? value : pairs[1].key)
        }
        return draft
    }

    fileprivate func path(_ value: YAMLValue) -> String? {
        guard let text = text(value, of: "the path of a file") else { return nil }
        return text
    }

    fileprivate func inlineAddresses(_ value: YAMLValue) -> [AddressTerm] {
        let terms = inlineElements(value).compactMap { element -> (AddressTerm, YAMLValue)? in
            guard let text = text(element, of: "an address"), !isReference(text, at: element)
            else { return nil }
            return addressTerm(text, at: element).map { ($0, element) }
        }
        ContainmentCheck(reading: self).check(terms)
        return terms.map(\.0)
    }

    func inlinePorts(_ value: YAMLValue) -> [PortRange] {
        inlineElements(value).compactMap { element in
            guard let text = text(element, of: "a port") else { return nil }
            return isReference(text, at: element) ? nil : portRange(text, at: element)
        }
    }

    /// An empty set is a warning when all is known, not an error here.
    private func inlineElements(_ value: YAMLValue) -> [YAMLValue] {
        if case .sequence(let elements) = value.content { return elements }
        return [value]
    }

    private func isReference(_ text: String, at value: YAMLValue) -> Bool {
        guard text.hasPrefix("@") else { return false }
        error(
            "invalid-address", "'\(text.shortened)' is a set, not an element",
            hint: "join sets in a set of its own: { sets: [\(text.dropFirst().shortened)] }",
            at: value)
        return true
    }

    fileprivate func memberSet(_ value: YAMLValue) -> Name? {
        if let text = value.text, text.hasPrefix("@") {
            error(
                "invalid-name", "'sets' takes names, not '\(text.shortened)'",
                hint: "write \(text.dropFirst().shortened)", at: value)
            return nil
        }
        guard let name = name(value, of: "a set") else { return nil }
        setReferences.append(
            SetReference(name: name, kind: .any, key: "sets", location: location(of: value)))
        return name
    }
}
