public import NetTypes

/// What one or more policy files say together, applied under one name.
public struct Policy: Equatable, Sendable {
    /// The name that owns what is applied.
    public var name: Name
    /// The sets, in the order of the files.
    public var sets: [NamedSet]
    /// The filters, in the order of the files.
    public var filters: [Filter]
    /// The device lists, in the order of the files.
    public var devices: [DeviceList]
    /// Where the filters go; nil without an `attach:` key, which differs from an empty list.
    public var attach: [AttachEntry]?
    /// What the policy says of itself, for `netctl test`. They change nothing that is in force: they
    /// are no part of the policy's equality, its digest or its text.
    @NotCompared public var tests: [PolicyTest]
    /// The TCP ports by which the host is managed: `apply` refuses to cut their connections. Nil: not
    /// said. No part of equality, digest or text either.
    @NotCompared public var management: [PortRange]?
    /// Where the name stands.
    @NotCompared public var location: SourceLocation

    /// Makes a policy.
    public init(
        name: Name, sets: [NamedSet] = [], filters: [Filter] = [], devices: [DeviceList] = [],
        attach: [AttachEntry]? = nil, tests: [PolicyTest] = [], management: [PortRange]? = nil,
        location: SourceLocation = .none
    ) {
        self.name = name
        self.sets = sets
        self.filters = filters
        self.devices = devices
        self.attach = attach
        self.tests = tests
        self.management = management
        self.location = location
    }

    /// The ports where a policy names none: SSH's.
    public static let usualManagement = [PortRange(22)]

    /// The set of that name, or nil.
    public func set(named name: Name) -> NamedSet? { sets.first { $0.name == name } }

    /// The filter of that name, or nil.
    public func filter(named name: Name) -> Filter? { filters.first { $0.name == name } }

    /// The device list of that name, or nil.
    public func devices(named name: Name) -> DeviceList? { devices.first { $0.name == name } }
}
