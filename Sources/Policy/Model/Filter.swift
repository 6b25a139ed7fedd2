/// An ordered list of rules with a default.
public struct Filter: Equatable, Sendable {
    /// The name that `attach:` refers to.
    public var name: Name
    /// For packets that no rule decides.
    public var defaultVerdict: PassOrDrop
    /// For packets whose headers are broken.
    public var malformed: PassOrDrop
    /// For frames that are not IP and that no rule decides.
    public var nonIP: PassOrDrop
    /// Whether what would be dropped is only counted and reported, and passes.
    public var monitor: Bool
    /// Whether packets of the default and of broken headers become events.
    public var log: Bool
    /// The rules; the first one that matches decides.
    public var rules: [Rule]
    /// Where the name stands.
    @NotCompared public var location: SourceLocation

    /// Makes a filter.
    public init(
        name: Name, defaultVerdict: PassOrDrop, malformed: PassOrDrop = .drop,
        nonIP: PassOrDrop = .pass, monitor: Bool = false, log: Bool = false,
        rules: [Rule] = [], location: SourceLocation = .none
    ) {
        self.name = name
        self.defaultVerdict = defaultVerdict
        self.malformed = malformed
        self.nonIP = nonIP
        self.monitor = monitor
        self.log = log
        self.rules = rules
        self.location = location
    }
}

/// A verdict that a filter can give by itself.
public enum PassOrDrop: String, Hashable, Sendable, CaseIterable {
    /// The packet goes on.
    case pass
    /// The packet is dropped.
    case drop
}
