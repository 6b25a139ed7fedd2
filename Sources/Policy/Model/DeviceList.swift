/// Which device nodes the processes of a cgroup may open and make: an ordered list with a default.
public struct DeviceList: Equatable, Sendable {
    /// The name that `attach:` refers to.
    public var name: Name
    /// For requests that no rule decides.
    public var defaultVerdict: AllowOrDeny
    /// Whether what would be denied is only counted and reported, and allowed.
    public var monitor: Bool
    /// The rules; the first one that matches decides.
    public var rules: [DeviceRule]
    /// Where the name stands.
    @NotCompared public var location: SourceLocation

    /// Makes a list.
    public init(
        name: Name, defaultVerdict: AllowOrDeny, monitor: Bool = false, rules: [DeviceRule] = [],
        location: SourceLocation = .none
    ) {
        self.name = name
        self.defaultVerdict = defaultVerdict
        self.monitor = monitor
        self.rules = rules
        self.location = location
    }
}

/// A verdict about a device.
public enum AllowOrDeny: String, Hashable, Sendable, CaseIterable {
    /// The next program is asked, here or in a cgroup above.
    case allow
    /// The process gets EPERM.
    case deny
}

/// What to do with requests for some devices.
///
/// One that allows matches a request when it has all the access asked for; one that denies, when it
/// has any of it.
public struct DeviceRule: Equatable, Sendable {
    /// The name, unique in its list; counters are kept by it.
    public var name: Name
    /// What to do.
    public var verdict: AllowOrDeny
    /// Which devices, and what access to them.
    public var devices: DeviceTerm
    /// Whether what the rule would deny is only counted and reported, and allowed.
    public var monitor: Bool
    /// Where the name stands.
    @NotCompared public var location: SourceLocation

    /// Makes a rule.
    public init(
        name: Name, verdict: AllowOrDeny, devices: DeviceTerm, monitor: Bool = false,
        location: SourceLocation = .none
    ) {
        self.name = name
        self.verdict = verdict
        self.devices = devices
        self.monitor = monitor
        self.location = location
    }
}
