internal import NetTypes

/// The policy files that have been read so far.
struct PolicyDraft {
    /// The file that is being read.
    var source: PolicySource
    var names: [(name: Name?, location: SourceLocation)] = []
    var hasVersion = false
    var sets: [SetDraft] = []
    var filters: [Filter] = []
    /// Names of filters, those with errors included.
    var filterNames: [(name: String, location: SourceLocation)] = []
    var devices: [DeviceList] = []
    /// Names of device lists, those with errors included.
    var deviceNames: [(name: String, location: SourceLocation)] = []
    var attach: [AttachEntry]?
    var tests: [ReadTest] = []
    var management: [PortRange]?

    /// The keys of a policy file.
    static let keys = KeyTable<PolicyDraft>([
        .optional("version", Shape(["enum": [1, "1"]])) { value, draft, reading in
            draft.hasVersion = true
            guard value.text != "1" else { return }
            reading.error(
                "version", "version \(value.kind) is not known",
                hint: "this netctl reads version 1", at: value)
        },
        .optional("name", .name) { value, draft, reading in
            let name = reading.name(value, of: "a policy")
            draft.names.append((name, reading.location(of: value)))
        },
        .optional("sets", .named(SetDraft.shape, atMost: PolicyLimits.sets)) {
            value, draft, reading in
            for pair in reading.pairs(value, of: "sets") {
                guard let set = reading.set(pair.key, pair.value, of: draft.source) else {
                    continue
                }
                draft.sets.append(set)
            }
        },
        .optional("filters", .named(FilterDraft.keys.shape())) { value, draft, reading in
            for pair in reading.pairs(value, of: "filters") {
                draft.filterNames.append((pair.key.text ?? "", reading.location(of: pair.key)))
                if let filter = reading.filter(pair.key, pair.value) {
                    draft.filters.append(filter)
                }
            }
        },
        .optional("devices", .named(DeviceListDraft.keys.shape())) { value, draft, reading in
            for pair in reading.pairs(value, of: "devices") {
                draft.deviceNames.append((pair.key.text ?? "", reading.location(of: pair.key)))
                if let list = reading.deviceList(pair.key, pair.value) {
                    draft.devices.append(list)
                }
            }
        },
        .optional("attach", .list(of: AttachDraft.keys.shape(AttachDraft.combinations))) {
            value, draft, reading in
            draft.attach =
                (draft.attach ?? []) + reading.attachEntries(value, of: draft.source)
        },
        .optional("tests", .list(of: TestDraft.keys.shape(TestDraft.questions))) {
            value, draft, reading in
            draft.tests += reading.tests(value, first: draft.tests.count + 1)
        },
        .optional("management", .oneOrMore(.port)) { value, draft, reading in
            draft.management = (draft.management ?? []) + reading.inlinePorts(value)
        },
    ])
}

extension Reading {
    /// The entries of `sets:` and `filters:`.
    fileprivate func pairs(
        _ value: YAMLValue, of key: String
    ) -> [(key: YAMLValue, value: YAMLValue)] {
        guard case .mapping(let pairs) = value.content else {
            error(
                "wrong-type", "'\(key)' must be a mapping of names, not \(value.kind)",
                hint: value.isEmpty ? "write {} for none" : nil, at: value)
            return []
        }
        return pairs.filter { !$0.key.isMergeKey }
    }
}
