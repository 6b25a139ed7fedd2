/// What to do with the packets that match.
public struct Rule: Equatable, Sendable {
    /// The name, unique in its filter; counters are kept by it.
    public var name: Name
    /// Which packets.
    public var match: Match
    /// The rate that it lets by: with a limit the rule is for what exceeds it.
    public var limit: Limit?
    /// What to do with them.
    public var action: Action
    /// Whether what the rule would drop is only counted and reported, and passes.
    public var monitor: Bool
    /// Which of its packets become events; nil for none.
    public var log: RuleLog?
    /// Where the name stands.
    @NotCompared public var location: SourceLocation
    /// Where the keys and actions stand that not every hook can do.
    @NotCompared public var featureLocations: [HookFeature: SourceLocation]

    /// Makes a rule.
    public init(
        name: Name, match: Match, limit: Limit? = nil, action: Action, monitor: Bool = false,
        log: RuleLog? = nil, location: SourceLocation = .none,
        featureLocations: [HookFeature: SourceLocation] = [:]
    ) {
        self.name = name
        self.match = match
        self.limit = limit
        self.action = action
        self.monitor = monitor
        self.log = log
        self.location = location
        self.featureLocations = featureLocations
    }
}

/// What a rule does.
public enum Action: Hashable, Sendable {
    /// The packet goes on; no further rule is asked.
    case pass
    /// The packet is dropped; no further rule is asked.
    case drop
    /// The packet is counted, and the next rule is asked.
    case count
    /// The packet is sent out of the interface of that name; no further rule is asked.
    case redirect(String)
    /// The packet is sent back out of the interface that it came in by; no further rule is asked.
    case tx
}
