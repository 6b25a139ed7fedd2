import NetTypes

/// Writes a ``Policy`` as one canonical YAML document, which reads back to an equal policy.
public struct PolicyWriter {
    /// What stands behind a rule's name as a comment, such as its counters; nil for nothing.
    private let comment: (Name, Name) -> String?
    private var lines: [String] = []

    /// Writes a policy.
    ///
    /// Sets are written as the policy file had them: by file, inline, or as a union.
    ///
    /// - Parameters:
    ///   - policy: What to write.
    ///   - comment: A comment for a rule of a filter or device list, or nil.
    /// - Returns: The document, with a line break at its end.
    public static func write(
        _ policy: Policy, comment: (_ filter: Name, _ rule: Name) -> String? = { _, _ in nil }
    ) -> String {
        withoutActuallyEscaping(comment) { comment in
            var writer = PolicyWriter(comment: comment)
            writer.write(policy)
            return writer.lines.joined(separator: "\n") + "\n"
        }
    }

    private init(comment: @escaping (Name, Name) -> String?) { self.comment = comment }

    private mutating func write(_ policy: Policy) {
        lines += ["version: 1", "name: \(YAMLText.plain(policy.name))"]
        if !policy.sets.isEmpty {
            lines += ["", "sets:"]
            policy.sets.forEach { write($0) }
        }
        if !policy.filters.isEmpty {
            lines += ["", "filters:"]
            policy.filters.forEach { write($0) }
        }
        if !policy.devices.isEmpty {
            lines += ["", "devices:"]
            policy.devices.forEach { write($0) }
        }
        guard let attach = policy.attach else { return }
        lines += ["", attach.isEmpty ? "attach: []" : "attach:"]
        attach.forEach { write($0) }
    }

    private mutating func write(_ set: NamedSet) {
        let pair: (key: String, value: String)
        switch set.source {
        case .inline(let terms):
            pair = ("cidrs", YAMLText.list(terms.map(YAMLText.address), indent: 6))
        case .files(let paths):
            pair = ("file", YAMLText.oneOrList(paths.map(Quoting.scalar), indent: 6))
        case .ports(let ranges):
            pair = ("ports", YAMLText.list(ranges.map(\.description), indent: 6))
        case .sets(let names):
            pair = ("sets", YAMLText.list(names.map(YAMLText.plain), indent: 6))
        }
        if pair.value.contains("\n") {
            lines += ["  \(set.name):", "    \(pair.key): \(pair.value)"]
        } else {
            lines.append("  \(set.name): { \(pair.key): \(pair.value) }")
        }
    }

    private mutating func write(_ filter: Filter) {
        lines += [
            "  \(filter.name):",
            "    default: \(filter.defaultVerdict.rawValue)",
            "    malformed: \(filter.malformed.rawValue)",
            "    non-ip: \(filter.nonIP.rawValue)",
        ]
        if filter.monitor { lines.append("    monitor: true") }
        if filter.log { lines.append("    log: true") }
        lines.append(filter.rules.isEmpty ? "    rules: []" : "    rules:")
        for rule in filter.rules { write(rule, of: filter) }
    }

    private mutating func write(_ rule: Rule, of filter: Filter) {
        let note = comment(filter.name, rule.name).map { "  # " + YAMLText.comment($0) } ?? ""
        lines.append("      - name: \(rule.name)\(note)")
        let pairs = MatchText.pairs(of: rule.match)
        let flow = pairs.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        if pairs.isEmpty {
            lines.append("        match: {}")
        } else if flow.contains("\n") || flow.utf8.count > YAMLText.width {
            lines.append("        match:")
            lines += pairs.map { pair in
                "          \(pair.key):\(pair.value.hasPrefix("\n") ? "" : " ")\(pair.value)"
            }
        } else {
            lines.append("        match: { \(flow) }")
        }
        if let limit = rule.limit {
            lines.append(
                "        limit: { rate: \(limit.packets)/\(limit.period.rawValue), "
                    + "burst: \(limit.burst), per: \(limit.per.rawValue) }")
        }
        lines.append("        action: \(YAMLText.action(rule.action))")
        if rule.monitor { lines.append("        monitor: true") }
        if let log = rule.log { lines.append("        log: \(YAMLText.log(log))") }
    }

    private mutating func write(_ entry: AttachEntry) {
        let first = lines.count
        switch entry.subject {
        case .interfaces(let interfaces):
            let names = interfaces.map { Quoting.scalar($0.text) }
            lines.append("    interface: \(YAMLText.oneOrList(names, indent: 6))")
        case .cgroup(let path): lines.append("    cgroup: \(Quoting.scalar(path))")
        case .kernel: break
        }
        if !entry.netns.isEmpty {
            let names = entry.netns.map(Quoting.scalar)
            lines.append("    netns: \(YAMLText.oneOrList(names, indent: 6))")
        }
        if entry.optional { lines.append("    optional: true") }
        if entry.monitor { lines.append("    monitor: true") }
        if entry.mode != .auto { lines.append("    mode: \(entry.mode.rawValue)") }
        if let share = entry.share {
            lines.append("    share: true")
            if share.priority != XDPShare.defaultPriority {
                lines.append("    priority: \(share.priority)")
            }
        }
        if entry.tc != .auto { lines.append("    tc: \(entry.tc.rawValue)") }
        for use in entry.uses { lines.append("    \(use.hook.attachKey): \(use.name)") }
        entry.program.map { write($0) }
        lines[first] = "  - " + lines[first].dropFirst(4)
    }

    private mutating func write(_ program: ProgramUse) {
        lines.append("    program: \(Quoting.scalar(program.path))")
        if let hook = program.hook { lines.append("    hook: \(hook.attachKey)") }
        if let name = program.name { lines.append("    name: \(Quoting.scalar(name))") }
        if !program.globals.isEmpty {
            lines.append("    set: \(YAMLText.value(.fields(program.globals)))")
        }
        if program.pinsMaps { lines.append("    pin-maps: true") }
    }

    private mutating func write(_ list: DeviceList) {
        lines += ["  \(list.name):", "    default: \(list.defaultVerdict.rawValue)"]
        if list.monitor { lines.append("    monitor: true") }
        lines.append(list.rules.isEmpty ? "    rules: []" : "    rules:")
        for rule in list.rules {
            let note = comment(list.name, rule.name).map { "  # " + YAMLText.comment($0) } ?? ""
            let term = Quoting.scalar(rule.devices.description)
            lines += [
                "      - name: \(rule.name)\(note)", "        \(rule.verdict.rawValue): \(term)",
            ]
            if rule.monitor { lines.append("        monitor: true") }
        }
    }
}
