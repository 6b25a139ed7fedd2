/// An attach entry that is being read.
struct AttachDraft {
    var interfaces: [InterfacePattern] = []
    var netns: [String] = []
    var optional = false
    var monitor = false
    var mode = XDPModeRequest.auto
    var xdp: Name?

    /// The keys of an attach entry.
    static let keys = KeyTable<AttachDraft>([
        .required("interface", .oneOrMore(.interface)) { value, draft, reading in
            draft.interfaces = reading.elements(value, of: "interface").compactMap {
                reading.interface($0)
            }
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
        .required("xdp", .name) { value, draft, reading in
            draft.xdp = reading.name(value, of: "a filter")
            if let name = draft.xdp {
                reading.filterReferences.append((name, reading.location(of: value)))
            }
        },
        .unsupported("cgroup"), .unsupported("tc"), .unsupported("tc-ingress"),
        .unsupported("tc-egress"), .unsupported("ingress"), .unsupported("egress"),
        .unsupported("device"),
    ])
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
    func attachEntries(_ value: YAMLValue) -> [AttachEntry] {
        guard case .sequence(let elements) = value.content else {
            error(
                "wrong-type", "'attach' must be a list, not \(value.kind)",
                hint: value.isEmpty ? "write [] to detach everywhere" : "start each entry with '-'",
                at: value)
            return []
        }
        return elements.enumerated().compactMap { index, element in
            var draft = AttachDraft()
            let subject = "attach entry \(index + 1)"
            AttachDraft.keys.read(element, into: &draft, subject: subject, self)
            guard let xdp = draft.xdp, !draft.interfaces.isEmpty else { return nil }
            return AttachEntry(
                target: .interfaces(draft.interfaces), netns: draft.netns,
                optional: draft.optional, monitor: draft.monitor, mode: draft.mode, xdp: xdp,
                location: location(of: element))
        }
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
