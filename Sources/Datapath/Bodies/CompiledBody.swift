internal import BPF
internal import LinuxSystem
internal import Policy
internal import PolicyCompiler

/// What the body of an attachment will enforce, ready to be loaded.
enum CompiledBody {
    /// A filter, on a hook that judges packets.
    case filter(CompiledFilter)
    /// A device list; whether the attachment only reports.
    case devices(DeviceList, monitor: Bool)

    /// Compiles what an attachment uses.
    ///
    /// - Throws: `CompileError`.
    init(_ use: FilterUse, of policy: Policy) throws {
        if use.hook == .cgroupDevice {
            guard let list = policy.devices(named: use.filter) else {
                preconditionFailure("the reader has checked that list '\(use.filter)' exists")
            }
            self = .devices(list, monitor: use.monitor)
        } else {
            guard let filter = policy.filter(named: use.filter) else {
                preconditionFailure("the reader has checked that filter '\(use.filter)' exists")
            }
            self = .filter(
                try CompiledFilter(filter, sets: policy.sets, monitor: use.monitor))
        }
    }

    /// Whether it only reports what it would drop or deny.
    var isMonitored: Bool {
        switch self {
        case .filter(let filter): filter.isMonitored
        case .devices(let list, let monitor): monitor || list.monitor
        }
    }

    /// Its rules, as statistics name them.
    var rules: [RuleRecord] {
        switch self {
        case .filter(let filter):
            filter.rules.map { rule in
                RuleRecord(
                    name: rule.name.text, verdict: rule.verdict, isMonitored: rule.isMonitored,
                    sets: rule.sets.map(\.text))
            }
        case .devices(let list, let monitor):
            list.rules.map { rule in
                let reports = monitor || list.monitor || rule.monitor
                return RuleRecord(
                    name: rule.name.text, verdict: rule.verdict.verdict,
                    isMonitored: reports && rule.verdict == .deny)
            }
        }
    }
}
