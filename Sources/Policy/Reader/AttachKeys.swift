/// An attach entry that is being read.
struct AttachDraft {
    /// What to call it, such as `attach entry 2`.
    let subject: String
    /// The file that the entry stands in.
    let source: PolicySource
    var target: AttachSubject?
    var netns: [String] = []
    var optional = false
    var monitor = false
    var mode = XDPModeRequest.auto
    var tc = TCModeRequest.auto
    var uses: [HookUse] = []
    var program: ProgramUse?
    /// What is said of the program, wherever its own key stands.
    var programKeys = ProgramKeys()
    /// What is said of sharing the XDP hook.
    var shareKeys = ShareKeys()

    /// The keys of an attach entry.
    static let keys = KeyTable(
        own + ShareKeys.keys.map { $0.within(\AttachDraft.shareKeys) }
            + ProgramKeys.keys.map { $0.within(\AttachDraft.programKeys) })

    private static let own: [Key<AttachDraft>] = [
        .optional("interface", .oneOrMore(.interface)) { value, draft, reading in
            let names = reading.elements(value, of: "interface").compactMap {
                reading.interface($0)
            }
            draft.target = .interfaces(names)
        },
        .optional("cgroup", .text("/.*")) { value, draft, reading in
            draft.target = reading.cgroup(value).map(AttachSubject.cgroup)
        },
        .optional("netns", .oneOrMore(.netns)) { value, draft, reading in
            draft.netns = reading.elements(value, of: "netns").compactMap { reading.netns($0) }
        },
        .optional("optional", .boolean) { value, draft, reading in
            draft.optional = reading.boolean(value, of: "optional") ?? false
        },
        .optional("monitor", .boolean) { $1.monitor = $2.boolean($0, of: "monitor") ?? false },
        .optional("mode", .choice(XDPModeRequest.self, or: XDPModeRequest.synonyms.keys.sorted())) {
            $1.mode = $2.mode($0) ?? .auto
        },
        .optional("tc", .choice(TCModeRequest.self)) { $1.tc = $2.choice($0, of: "tc") ?? .auto },
        hook("xdp", .xdp), hook("tc-ingress", .tcIngress), hook("tc-egress", .tcEgress),
        hook("ingress", .cgroupIngress), hook("egress", .cgroupEgress),
        hook("device", .cgroupDevice),
        .optional("program", .anyText) { value, draft, reading in
            guard let path = reading.text(value, of: "the path of a program") else { return }
            draft.program = ProgramUse(
                path, file: draft.source.resolve(path), location: reading.location(of: value))
        },
    ]

    /// The key of a hook: what goes there. A cgroup's hooks go without their prefix.
    private static func hook(_ key: String, _ hook: Hook) -> Key<AttachDraft> {
        .optional(key, .name) { value, draft, reading in
            let isDevice = hook == .cgroupDevice
            guard let name = reading.name(value, of: isDevice ? "a device list" : "a filter")
            else { return }
            let location = reading.location(of: value)
            draft.uses.append(HookUse(hook: hook, name: name, location: location))
            if isDevice {
                reading.deviceReferences.append((name, location))
            } else {
                reading.filterReferences.append((name, location))
            }
        }
    }
}

extension AttachDraft {
    /// Keys that go with one kind of place.
    static let placed: [(key: String, place: Hook.Place)] = [
        ("xdp", .interface), ("tc-ingress", .interface), ("tc-egress", .interface),
        ("mode", .interface), ("tc", .interface), ("netns", .interface),
        ("share", .interface), ("priority", .interface),
        ("ingress", .cgroup), ("egress", .cgroup), ("device", .cgroup),
    ]

    /// What a schema says of keys that go together: an entry is of interfaces or of a cgroup, and
    /// has filters on hooks of its place, or a program; a program may be the kernel's, too.
    static let combinations = [
        JSONText.Member(
            key: "anyOf",
            value: .array([
                filters("interface", .interface), program("interface", .interface),
                filters("cgroup", .cgroup), program("cgroup", .cgroup),
                .object([
                    .init(key: "required", value: ["program"]),
                    .init(
                        key: "not",
                        value: [
                            "anyOf": anyGiven(
                                ["interface", "cgroup", "hook", "optional", "monitor"]
                                    + placed.map(\.key))
                        ]),
                ]),
            ])), ShareKeys.needs,
    ]

    private static func filters(_ key: String, _ place: Hook.Place) -> JSONText {
        .object([
            .init(key: "required", value: [.string(key)]),
            .init(key: "anyOf", value: anyGiven(hookKeys(of: place))),
            .init(
                key: "not",
                value: [
                    "anyOf": anyGiven(
                        foreign(to: key, place) + ["program"] + ProgramKeys.keys.map(\.name))
                ]),
        ])
    }

    private static func program(_ key: String, _ place: Hook.Place) -> JSONText {
        .object([
            .init(key: "required", value: [.string(key), "program"]),
            .init(
                key: "properties",
                value: ["hook": ["enum": .array(hookKeys(of: place).map { .string($0) })]]),
            .init(
                key: "not",
                value: [
                    "anyOf": anyGiven(
                        foreign(to: key, place) + hookKeys(of: place) + ["monitor"]
                            + (place == .interface ? ShareKeys.keys.map(\.name) : []))
                ]),
        ])
    }

    private static func foreign(to key: String, _ place: Hook.Place) -> [String] {
        ["interface", "cgroup"].filter { $0 != key }
            + placed.filter { $0.place != place }.map(\.key)
    }

    private static func anyGiven(_ keys: [String]) -> JSONText {
        .array(keys.map { ["required": [.string($0)]] })
    }

    /// The keys of the hooks of a place.
    static func hookKeys(of place: Hook.Place) -> [String] {
        Hook.allCases.filter { $0.place == place }.map(\.attachKey)
    }
}

extension Shape {
    /// A name of at most 15 bytes.
    static let interfaceName = any(of: [
        Shape([
            "type": "string", "pattern": "^[^\\s/:*?\\[]{1,15}$", "not": ["enum": [".", ".."]],
        ]),
        Shape(["type": "number"]), Shape(["type": "boolean"]),
    ])

    /// A name of at most 15 bytes, or a shell pattern.
    static let interface = any(of: [
        Shape([
            "type": "string", "pattern": "^(?:[^\\s/:]{1,15}|[^\\s/:]{0,63}[*?\\[][^\\s/:]{0,63})$",
            "maxLength": 64, "not": ["enum": [".", ".."]],
        ]),
        Shape(["type": "number"]), Shape(["type": "boolean"]),
    ])

    /// A name under /run/netns.
    fileprivate static let netns = any(of: [
        Shape([
            "type": "string", "pattern": "^[^/]+$", "maxLength": 255,
            "not": ["enum": [".", ".."]],
        ]),
        Shape(["type": "number"]), Shape(["type": "boolean"]),
    ])
}

extension Reading {
    /// The entries of `attach:`.
    func attachEntries(_ value: YAMLValue, of file: PolicySource) -> [AttachEntry] {
        guard case .sequence(let elements) = value.content else {
            error(
                "wrong-type", "'attach' must be a list, not \(value.kind)",
                hint: value.isEmpty ? "write [] to detach everywhere" : "start each entry with '-'",
                at: value)
            return []
        }
        return elements.enumerated().compactMap { index, element in
            var draft = AttachDraft(subject: "attach entry \(index + 1)", source: file)
            let before = diagnostics.count
            AttachDraft.keys.read(element, into: &draft, subject: draft.subject, self)
            if diagnostics.count == before { check(&draft, element) }
            guard diagnostics.count == before, let target = draft.target else { return nil }
            return AttachEntry(
                target, netns: draft.netns, optional: draft.optional, monitor: draft.monitor,
                mode: draft.mode, share: draft.shareKeys.share, tc: draft.tc,
                uses: draft.uses.sorted { $0.hook < $1.hook }, program: draft.program,
                location: location(of: element))
        }
    }

    /// Reports what keys of an entry do not go together.
    private func check(_ draft: inout AttachDraft, _ value: YAMLValue) {
        if draft.target == nil, draft.program != nil { draft.target = .kernel }
        guard let target = draft.target else {
            error(
                "missing-key", "\(draft.subject) has neither 'interface' nor 'cgroup'",
                hint: "a 'program' alone is attached to the kernel", at: value)
            return
        }
        if let second = value.keys(among: ["interface", "cgroup"]).dropFirst().first {
            error(
                "conflicting-keys", "\(draft.subject) has both 'interface' and 'cgroup'",
                hint: "write an entry for each", at: second)
            return
        }
        let wrong = AttachDraft.placed.filter { $0.place != target.place }.map(\.key)
        if let key = value.keys(among: wrong).first {
            let mine = target.place.map(AttachDraft.hookKeys) ?? []
            error(
                "conflicting-keys", "\(target.article) has no '\(key.text ?? "")'",
                hint: mine.isEmpty
                    ? "name an 'interface' or a 'cgroup'"
                    : "its hooks are \(mine.joined(separator: ", "))", at: key)
            return
        }
        guard !checkProgram(&draft, value) else { return }
        guard draft.uses.isEmpty, draft.program == nil, let place = target.place else {
            return checkShare(draft, value)
        }
        let keys = (AttachDraft.hookKeys(of: place) + ["program"]).map { "'\($0)'" }
        error(
            "missing-key", "\(draft.subject) has no hook",
            hint: "give it at least one of \(keys.joined(separator: ", "))", at: value)
    }

    /// The name or the pattern of interfaces; nil after an error.
    func interface(_ value: YAMLValue) -> InterfacePattern? {
        guard let text = text(value, of: "the name of an interface") else { return nil }
        guard let pattern = InterfacePattern(text) else {
            error(
                "invalid-interface", "no interface can be named '\(text.shortened)'",
                hint: text.utf8.count > 15 ? "names have at most 15 bytes" : nil, at: value)
            return nil
        }
        return pattern
    }

    /// A cgroup's path; nil after an error.
    fileprivate func cgroup(_ value: YAMLValue) -> String? {
        guard let text = text(value, of: "the path of a cgroup") else { return nil }
        guard text.hasPrefix("/"), !text.split(separator: "/").contains(".."),
            !text.utf8.contains(0)
        else {
            error(
                "invalid-cgroup", "'\(text.shortened)' is not the path of a cgroup",
                hint: "write it from the mount of cgroup v2 on: /system.slice/nginx.service",
                at: value)
            return nil
        }
        return text
    }

    fileprivate func netns(_ value: YAMLValue) -> String? {
        guard let text = text(value, of: "the name of a network namespace") else { return nil }
        guard !text.contains("/"), text != ".", text != "..", text.utf8.count <= 255 else {
            error(
                "invalid-netns", "'\(text.shortened)' is not the name of a network namespace",
                hint: "give the name under /run/netns alone", at: value)
            return nil
        }
        return text
    }

    fileprivate func mode(_ value: YAMLValue) -> XDPModeRequest? {
        if let text = value.text, let mode = XDPModeRequest(text: text) { return mode }
        return choice(
            value, of: "mode",
            synonyms: [
                "driver": "xdpdrv", "drv": "xdpdrv", "skb": "xdpgeneric", "hw": "xdpoffload",
            ])
    }
}

extension AttachSubject {
    /// What diagnostics call it.
    var article: String {
        switch self {
        case .interfaces: "an interface"
        case .cgroup: "a cgroup"
        case .kernel: "a program of the kernel's hooks"
        }
    }
}

extension YAMLValue {
    /// The keys of a mapping that are one of these, in their order.
    func keys(among names: [String]) -> [YAMLValue] {
        guard case .mapping(let pairs) = content else { return [] }
        return pairs.map(\.key).filter { $0.text.map(names.contains) == true }
    }
}
