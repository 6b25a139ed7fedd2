public import NetTypes

/// A named list of addresses or ports.
public struct NamedSet: Equatable, Sendable {
    /// The name that `@name` refers to.
    public var name: Name
    /// What the policy file says.
    public var source: SetSource
    /// What that amounts to, files and other sets included.
    public var contents: SetContents
    /// Where the name stands.
    @NotCompared public var location: SourceLocation

    /// Makes a set.
    public init(
        name: Name, source: SetSource, contents: SetContents, location: SourceLocation = .none
    ) {
        self.name = name
        self.source = source
        self.contents = contents
        self.location = location
    }
}

/// Where the contents of a set come from.
public enum SetSource: Equatable, Sendable {
    /// `cidrs:`, addresses, prefixes and ranges in the policy file.
    case inline([AddressTerm])
    /// `file:`, the paths as written, relative to the policy file.
    case files([String])
    /// `ports:`, ports and ranges in the policy file.
    case ports([PortRange])
    /// `sets:`, the union of other sets.
    case sets([Name])
}

/// What a set holds.
public enum SetContents: Equatable, Sendable {
    /// Addresses, for `src` and `dst`.
    case addresses(AddressSet)
    /// Ports, for `sport` and `dport`; sorted, without duplicates.
    case ports([PortRange])

    /// The number of prefixes or ranges.
    public var count: Int {
        switch self {
        case .addresses(let set): return set.count
        case .ports(let ranges): return ranges.count
        }
    }
}
