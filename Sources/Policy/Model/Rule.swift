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
    /// Where the name stands.
    @NotCompared public var location: SourceLocation

    /// Makes a rule.
    public init(
        name: Name, match: Match, limit: Limit? = nil, action: Action, monitor: Bool = false,
        location: SourceLocation = .none
    ) {
        self.name = name
        self.match = match
        self.limit = limit
        self.action = action
        self.monitor = monitor
        self.location = location
    }
}

/// What a rule does.
public enum Action: String, Hashable, Sendable, CaseIterable {
    /// The packet goes on; no further rule is asked.
    case pass
    /// The packet is dropped; no further rule is asked.
    case drop
    /// The packet is counted, and the next rule is asked.
    case count
}
