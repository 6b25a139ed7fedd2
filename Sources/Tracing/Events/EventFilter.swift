internal import Datapath
internal import NetctlABI
public import NetTypes
internal import PolicyCompiler

/// Which events are wanted. What programs can tell they are asked, so that the rest costs nothing;
/// processes are looked at when an event has been read.
public struct EventFilter: Sendable {
    /// Only those of these hooks; nil: all.
    public var hooks: Set<EventHook>?
    /// Only drops, and what a device list denies.
    public var dropsOnly = false
    /// Only those of a rule; `default`: those of no rule.
    public var rule: String?
    /// Only those for a reason.
    public var reason: WantedReason?
    /// Only packets from or to these addresses.
    public var prefix: IPPrefix?
    /// Only packets from or to a port.
    public var port: UInt16?
    /// Only those in a network namespace, by its inode.
    public var netns: UInt64?
    /// Only those of a process, at either end.
    public var pid: Int32?
    /// Only those of processes of this name.
    public var comm: String?
    /// Only those of a user's processes.
    public var uid: UInt32?
    /// Only those of processes in a cgroup or below it.
    public var cgroup: String?
    /// Only those of a unit's processes.
    public var unit: String?
    /// One in so many packets, whatever the rules say; nil: what rules log.
    public var sample: UInt32?
    /// Also drops for which the kernel has no reason, or a benign one.
    public var showsBenign = false

    /// A reason that is asked for.
    public enum WantedReason: Sendable, Equatable {
        /// One of netctl's own.
        case own(String)
        /// One of the kernel's, by its number and name.
        case kernel(UInt32, String)
    }

    /// Everything.
    public init() {}

    /// Whether the kernel's own drops are wanted.
    var wantsKernel: Bool {
        if let hooks, !hooks.contains(.kernel) { return false }
        if case .own = reason { return false }
        return rule == nil
    }

    /// Whether events are told apart by whose they are.
    public var isAboutProcesses: Bool {
        pid != nil || comm != nil || uid != nil || cgroup != nil || unit != nil
    }

    /// What programs are asked for. The limit and the reader's own are not in it.
    var conditions: netctl_reader {
        var conditions = netctl_reader()
        for hook in hooks ?? Set(EventHook.all) where hook != .kernel || wantsKernel {
            conditions.hooks |= 1 << hook.abi
        }
        if case .kernel = reason { conditions.hooks &= 1 << EventHook.kernel.abi }
        let verdicts = Verdict.allCases.filter { !dropsOnly || $0 == .drop }
        conditions.verdicts = verdicts.reduce(0) { $0 | 1 << $1.abi.rawValue }
        conditions.reasons = ownReasons.reduce(0) { $0 | 1 << $1.abi.rawValue }
        if case .kernel(let number, _) = reason { conditions.kernel_reason = number + 1 }
        if let rule, rule != "default" { conditions.name = RuleNameHash.of(rule) }
        conditions.netns = UInt32(truncatingIfNeeded: netns ?? 0)
        conditions.port = port ?? 0
        conditions.sample = sample ?? 0
        if let prefix { conditions.set(prefix) }
        return conditions
    }

    private var ownReasons: [Reason] {
        if rule == "default" {
            return Reason.allCases.filter { ![.rule, .monitor].contains($0) }
        }
        guard case .own(let name) = reason else { return Reason.allCases }
        return Reason.allCases.filter { $0.rawValue == name }
    }

    /// Whether an event is wanted, as far as programs could not tell.
    func admits(_ event: Event) -> Bool {
        if let rule, rule != "default", event.rule != rule { return false }
        if rule == "default", event.rule != nil { return false }
        if let netns, event.netns?.inode != netns { return false }
        guard isAboutProcesses else { return true }
        return [event.source.owner, event.destination.owner].contains { owner in
            owner.map(admits) ?? false
        }
    }

    /// One and the same process has to be all that is asked for.
    private func admits(_ owner: EventOwner) -> Bool {
        if let pid, owner.pid != pid { return false }
        if let comm, owner.comm != comm { return false }
        if let uid, owner.uid != uid { return false }
        if let unit, owner.unit != unit, owner.unit != "\(unit).service" { return false }
        if let cgroup {
            guard let path = owner.cgroup else { return false }
            return cgroup == "/" || path == cgroup || path.hasPrefix("\(cgroup)/")
        }
        return true
    }
}

extension netctl_reader {
    /// Only packets from or to addresses. IPv4 uses the first four bytes.
    fileprivate mutating func set(_ prefix: IPPrefix) {
        let (bytes, length): ([UInt8], Int)
        switch prefix.unmapped {
        case .v4(let prefix):
            family = 4
            (bytes, length) = (IPAddress.v4(prefix.address).networkBytes, prefix.length)
        case .v6(let prefix):
            family = 6
            (bytes, length) = (IPAddress.v6(prefix.address).networkBytes, prefix.length)
        }
        withUnsafeMutableBytes(of: &address) { $0.copyBytes(from: bytes) }
        withUnsafeMutableBytes(of: &mask) { mask in
            for index in bytes.indices {
                let bits = min(8, max(0, length - index * 8))
                mask[index] = UInt8(truncatingIfNeeded: 0xff00 >> bits)
            }
        }
    }
}
