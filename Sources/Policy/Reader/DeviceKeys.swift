/// A device list that is being read.
struct DeviceListDraft {
    var defaultVerdict: AllowOrDeny?
    var monitor = false
    var rules: [DeviceRule] = []

    /// The keys of a device list.
    static let keys = KeyTable<DeviceListDraft>([
        .required("default", .choice(AllowOrDeny.self)) {
            $1.defaultVerdict = $2.choice($0, of: "default")
        },
        .optional("monitor", .boolean) { $1.monitor = $2.boolean($0, of: "monitor") ?? false },
        .optional(
            "rules",
            .list(
                of: DeviceRuleDraft.keys.shape(DeviceRuleDraft.oneOf),
                atMost: PolicyLimits.deviceRules)
        ) { $1.rules = $2.deviceRules($0) },
    ])
}

/// A device rule that is being read.
struct DeviceRuleDraft {
    var name: Name?
    var devices: [(verdict: AllowOrDeny, term: DeviceTerm?)] = []
    var monitor = false

    /// The keys of a device rule.
    static let keys = KeyTable<DeviceRuleDraft>([
        .required("name", .name) { $1.name = $2.name($0, of: "a rule") },
        .optional("allow", .devices) { $1.devices.append((.allow, $2.devices($0, of: "allow"))) },
        .optional("deny", .devices) { $1.devices.append((.deny, $2.devices($0, of: "deny"))) },
        .optional("monitor", .boolean) { $1.monitor = $2.boolean($0, of: "monitor") ?? false },
    ])
}

extension DeviceRuleDraft {
    /// A rule allows or denies.
    static let oneOf = [
        JSONText.Member(key: "anyOf", value: [["required": ["allow"]], ["required": ["deny"]]]),
        JSONText.Member(key: "not", value: ["required": ["allow", "deny"]]),
    ]
}

extension Shape {
    /// Devices and access; that no access is given twice is beyond it.
    fileprivate static let devices: Shape = {
        let major = Pattern.any(of: ["\\*", Pattern.number(0...Int(DeviceTerm.largestMajor))])
        let minor = Pattern.any(of: ["\\*", Pattern.number(0...Int(DeviceTerm.largestMinor))])
        return text(" *(?:a|[abc] +\(major):\(minor) +[rwm]{1,3}) *").named("devices")
    }()
}

extension Reading {
    /// A device list; nil after an error.
    func deviceList(_ key: YAMLValue, _ value: YAMLValue) -> DeviceList? {
        let name = name(key, of: "a device list")
        var draft = DeviceListDraft()
        let subject = "device list '\((key.text ?? "").shortened)'"
        DeviceListDraft.keys.read(value, into: &draft, subject: subject, self)
        guard let name, let verdict = draft.defaultVerdict else { return nil }
        return DeviceList(
            name: name, defaultVerdict: verdict, monitor: draft.monitor, rules: draft.rules,
            location: location(of: key))
    }

    fileprivate func deviceRules(_ value: YAMLValue) -> [DeviceRule] {
        ruleList(value, atMost: PolicyLimits.deviceRules, of: "a device list") {
            deviceRule($0, number: $1)
        }
    }

    private func deviceRule(_ value: YAMLValue, number: Int) -> DeviceRule? {
        let nameValue = value.value(of: "name")
        let name = nameValue?.text.flatMap { $0.isEmpty ? nil : $0 }
        let subject = name.map { "rule '\($0.shortened)'" } ?? "rule \(number)"
        var draft = DeviceRuleDraft()
        let before = diagnostics.count
        DeviceRuleDraft.keys.read(value, into: &draft, subject: subject, self)
        if draft.devices.count != 1, diagnostics.count == before {
            error(
                draft.devices.isEmpty ? "missing-key" : "conflicting-keys",
                "\(subject) needs exactly one of 'allow' and 'deny'", at: value)
        }
        guard let name = draft.name, let nameValue, let devices = draft.devices.first,
            let term = devices.term
        else { return nil }
        return DeviceRule(
            name: name, verdict: devices.verdict, devices: term, monitor: draft.monitor,
            location: location(of: nameValue))
    }

    fileprivate func devices(_ value: YAMLValue, of key: String) -> DeviceTerm? {
        guard let text = text(value, of: "devices and access") else { return nil }
        let read = Result { () throws(DeviceSyntax.Failure) in try DeviceSyntax.parse(text) }
        switch read {
        case .success(let term): return term
        case .failure(let failure):
            error("invalid-device", failure.message, hint: failure.hint, at: value)
            return nil
        }
    }
}
