/// What an attach entry says of its program beside the file.
struct ProgramKeys {
    var hook: String?
    var name: String?
    var globals: [ProgramUse.Global] = []
    var pinsMaps = false

    /// The keys, which stand beside `program` in the entry.
    static let keys: [Key<ProgramKeys>] = [
        .optional("hook", .words(Hook.allCases.map(\.attachKey))) {
            $1.hook = $2.text($0, of: "the name of a hook")
        },
        .optional("name", .programName) { $1.name = $2.programName($0) },
        .optional("set", .globals) { $1.globals = $2.globals($0) },
        .optional("pin-maps", .boolean) { $1.pinsMaps = $2.boolean($0, of: "pin-maps") ?? false },
    ]
}

extension Shape {
    /// A function's name in C.
    fileprivate static let programName = any(of: [.text(Pattern.identifier), .boolean])

    /// Values by the names of variables.
    fileprivate static let globals = Shape([
        "type": "object", "minProperties": 1,
        "propertyNames": ["pattern": .string("^(?:\(Pattern.identifier))$")],
    ])
}

extension Pattern {
    /// An identifier of C.
    fileprivate static let identifier = "[A-Za-z_][A-Za-z0-9_]{0,127}"
}

extension Reading {
    /// Puts together what an entry says of its program, and reports what does not fit it.
    ///
    /// - Returns: Whether anything was reported.
    func checkProgram(_ draft: inout AttachDraft, _ value: YAMLValue) -> Bool {
        let before = diagnostics.count
        guard draft.program != nil else {
            let own = ProgramKeys.keys.map(\.name)
            if let key = value.keys(among: own).first {
                error(
                    "missing-key", "'\(key.text ?? "")' in \(draft.subject) is about a program",
                    hint: "name its file: program: FILE.bpf.o", at: key)
            }
            return diagnostics.count > before
        }
        let filters =
            Hook.allCases.map(\.attachKey) + ["monitor"] + ShareKeys.keys.map(\.name)
        if let key = value.keys(among: filters).first {
            error(
                "conflicting-keys",
                "\(draft.subject) has a program, and so no '\(key.text ?? "")'",
                hint: "write an entry for each", at: key)
        }
        if draft.target == .kernel, let key = value.keys(among: ["optional", "hook"]).first {
            error(
                "conflicting-keys", "\(AttachSubject.kernel.article) has no '\(key.text ?? "")'",
                hint: "its section names what it is attached to", at: key)
        }
        if let place = draft.target?.place, let word = draft.programKeys.hook {
            draft.program?.hook = hook(word, of: place, at: value.value(of: "hook") ?? value)
        }
        draft.program?.name = draft.programKeys.name
        draft.program?.globals = draft.programKeys.globals
        draft.program?.pinsMaps = draft.programKeys.pinsMaps
        return diagnostics.count > before
    }

    private func hook(_ word: String, of place: Hook.Place, at value: YAMLValue) -> Hook? {
        let hooks = Hook.allCases.filter { $0.place == place }
        if let hook = hooks.first(where: { $0.attachKey == word }) { return hook }
        let words = AttachDraft.hookKeys(of: place)
        error(
            "invalid-value",
            "'hook' must be \(words.joined(separator: ", ")), not '\(word.shortened)'",
            hint: Suggestion.hint(for: word, among: words), at: value)
        return nil
    }

    fileprivate func programName(_ value: YAMLValue) -> String? {
        text(value, of: "the name of a program").flatMap { identifier($0, at: value) }
    }

    private func identifier(_ text: String, at value: YAMLValue) -> String? {
        let isIdentifier =
            text.utf8.count <= 128
            && text.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "_"):
                    true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
                default: false
                }
            }
        guard isIdentifier, !text.isEmpty else {
            error("invalid-name", "'\(text.shortened)' is no identifier of C", at: value)
            return nil
        }
        return text
    }

    /// Values by the names of variables.
    fileprivate func globals(_ value: YAMLValue) -> [ProgramUse.Global] {
        guard case .mapping(let pairs) = value.content, !pairs.isEmpty else {
            error(
                "wrong-type", "'set' must be a mapping of variables, not \(value.kind)",
                hint: "write { limit: 100 }", at: value)
            return []
        }
        return pairs.compactMap { pair in
            guard let name = pair.key.text.flatMap({ identifier($0, at: pair.key) }) else {
                return nil
            }
            return ProgramUse.Global(name: name, value: ProgramUse.Value(pair.value))
        }
    }
}

extension ProgramUse.Value {
    fileprivate init(_ value: YAMLValue) {
        switch value.content {
        case .scalar(let text): self = .word(text)
        case .sequence(let elements): self = .list(elements.map(Self.init))
        case .mapping(let pairs):
            self = .fields(
                pairs.map { ProgramUse.Global(name: $0.key.text ?? "", value: Self($0.value)) })
        }
    }
}
