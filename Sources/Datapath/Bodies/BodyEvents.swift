internal import BPF
package import NetctlABI
package import Policy
internal import PolicyCompiler

/// What a body needs to make events: where it is, which one it is, and what its rules log.
struct BodyEvents {
    private let maps: EventMaps
    private let point: AttachPoint
    /// The number that the body's events carry: no other body has it.
    let number: UInt64

    /// The events of a body that is about to be loaded, under the lock.
    init(of point: AttachPoint, in root: PinRoot) throws {
        maps = try root.eventMaps()
        self.point = point
        number = .random(in: 1...UInt64.max)
    }

    /// Maps of a body for events, besides ``EventMaps``.
    static let ownMaps: Set<String> = ["rule_logs", "event_drafts"]

    /// All maps of events that a body has.
    static let allMaps = ownMaps.union(EventMaps.names)

    func configure(_ object: inout OpenObject, rules: Int) throws {
        try object.setGlobal("emits", to: true)
        try object.setGlobal("body_number", to: number)
        try object.setGlobal("logged_rules", to: UInt32(rules))
        try object.setGlobal("event_hook", to: UInt8(point.hook.abi.rawValue))
        switch point.place {
        case .interface(let namespace, let index):
            try object.setGlobal("place_netns", to: UInt32(truncatingIfNeeded: namespace))
            try object.setGlobal("place_interface", to: UInt32(bitPattern: index))
        case .cgroup(let id): try object.setGlobal("place_cgroup", to: id)
        }
        for name in Self.ownMaps { try object.setAutocreate(map: name, true) }
        try object.setMaxEntries(
            map: "rule_logs", UInt32(rules) + NETCTL_REASON_MAX.rawValue)
        try maps.use(in: &object)
    }

    /// Writes what is logged.
    ///
    /// - Parameters:
    ///   - object: The loaded object.
    ///   - rules: What is logged of each rule.
    ///   - reasons: Which reasons are logged without a rule.
    /// - Throws: `BPFError`.
    func fill(
        _ object: borrowing LoadedObject, rules: [netctl_rule_log], reasons: Set<Reason>
    ) throws {
        let array = try MappedArray<netctl_rule_log>(
            object.map("rule_logs", as: Map.self), access: .readWrite)
        for (number, log) in rules.enumerated() { array[number] = log }
        for reason in reasons {
            array[rules.count + Int(reason.abi.rawValue)] = netctl_rule_log(logs: true)
        }
    }
}

extension netctl_rule_log {
    fileprivate init(logs: Bool) {
        self.init()
        self.logs = logs ? 1 : 0
    }

    fileprivate init(name: Name, log: RuleLog?, monitored: Bool) {
        self.init(logs: log != nil || monitored)
        self.name = RuleNameHash.of(name.text)
        self.monitored = monitored ? 1 : 0
        interval = log?.every.map { UInt64(max(0, $0 / .nanoseconds(1))) } ?? 0
    }
}

/// How programs know rules by name: 32 bits of FNV-1a, never 0.
package enum RuleNameHash {
    /// The hash of a rule's name.
    package static func of(_ name: String) -> UInt32 {
        let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return hash == 0 ? 1 : hash
    }
}

extension CompiledFilter {
    /// What its rules log. What monitoring would drop is always told.
    var ruleLogs: [netctl_rule_log] {
        rules.map { netctl_rule_log(name: $0.name, log: $0.log, monitored: $0.isMonitored) }
    }

    /// What is logged without a rule. The block list is not the policy's: it is always told.
    var loggedReasons: Set<Reason> {
        let always: Set<Reason> = [.block, .monitor]
        return logs
            ? always.union([.default, .malformed, .truncated, .extHeaders, .vlanDepth, .nonIP])
            : always
    }
}

extension DeviceList {
    /// What its rules log: what they deny, or would.
    func ruleLogs(monitor: Bool) -> [netctl_rule_log] {
        rules.map { rule in
            let denies = rule.verdict == .deny
            return netctl_rule_log(
                name: rule.name, log: denies ? .usual : nil,
                monitored: denies && (monitor || rule.monitor))
        }
    }

    /// What is logged without a rule.
    var loggedReasons: Set<Reason> { defaultVerdict == .deny ? [.default, .monitor] : [] }
}

extension Hook {
    /// The value that programs use, `enum netctl_hook`.
    package var abi: netctl_hook {
        switch self {
        case .xdp: NETCTL_HOOK_XDP
        case .tcIngress: NETCTL_HOOK_TC_INGRESS
        case .tcEgress: NETCTL_HOOK_TC_EGRESS
        case .cgroupIngress: NETCTL_HOOK_CGROUP_INGRESS
        case .cgroupEgress: NETCTL_HOOK_CGROUP_EGRESS
        case .cgroupDevice: NETCTL_HOOK_CGROUP_DEVICE
        }
    }
}
