internal import BPF
internal import NetctlABI
internal import Policy
internal import PolicyCompiler

extension HookObject {
    /// Loads the body of a device list and fills its table. Nothing calls it yet.
    ///
    /// - Parameters:
    ///   - list: The device list.
    ///   - monitor: Whether the attachment only reports.
    ///   - slots: A counter slot for each rule, in order.
    ///   - maps: What the attachment's programs share.
    ///   - events: What events need; nil for a body that makes none.
    /// - Returns: The program.
    /// - Throws: `BPFError` when the kernel refuses the program.
    func loadDevices(
        _ list: DeviceList, monitor: Bool, slots: [UInt32], maps: HookMaps,
        events: BodyEvents? = nil
    ) throws -> Program {
        let isMonitored = monitor || list.monitor
        var object = try open(.filter, tables: ["device_rules"], maps: maps)
        try object.setGlobal("rule_count", to: UInt32(list.rules.count))
        try object.setGlobal("default_verdict", to: UInt8(list.defaultVerdict.verdict.abi.rawValue))
        try object.setGlobal("monitor", to: isMonitored)
        try object.setMaxEntries(map: "device_rules", UInt32(max(1, list.rules.count)))
        try events?.configure(&object, rules: list.rules.count)
        let loaded = try object.load()
        try events?.fill(
            loaded, rules: list.ruleLogs(monitor: isMonitored), reasons: list.loggedReasons)
        let table = try MappedArray<netctl_device_rule>(
            loaded.map("device_rules", as: Map.self), access: .readWrite)
        for (index, (rule, slot)) in zip(list.rules, slots).enumerated() {
            table[index] = netctl_device_rule(rule, slot: slot, monitor: isMonitored)
        }
        return try loaded.program(program(.filter))
    }
}

extension netctl_device_rule {
    fileprivate init(_ rule: DeviceRule, slot: UInt32, monitor: Bool) {
        let reports = (monitor || rule.monitor) && rule.verdict == .deny
        self.init(
            kinds: rule.devices.kinds.abi, major: rule.devices.major ?? NETCTL_DEVICE_ANY,
            minor: rule.devices.minor ?? NETCTL_DEVICE_ANY, access: rule.devices.access.abi,
            allows: rule.verdict == .allow ? 1 : 0,
            verdict: UInt8((reports ? .pass : rule.verdict.verdict).abi.rawValue), slot: slot)
    }
}

extension DeviceTerm.Kinds {
    fileprivate var abi: UInt32 {
        (contains(.block) ? UInt32(NETCTL_DEVICE_BLOCK) : 0)
            | (contains(.character) ? UInt32(NETCTL_DEVICE_CHARACTER) : 0)
    }
}

extension DeviceTerm.Access {
    fileprivate var abi: UInt16 {
        (contains(.make) ? UInt16(NETCTL_ACCESS_MKNOD) : 0)
            | (contains(.read) ? UInt16(NETCTL_ACCESS_READ) : 0)
            | (contains(.write) ? UInt16(NETCTL_ACCESS_WRITE) : 0)
    }
}
