/// Which packets a rule is for: all keys that are given must hold, and none of those under `not`.
public struct Match: Equatable, Sendable {
    /// What must hold.
    public var keys: MatchKeys
    /// Each key here is negated by itself, and still needs the field.
    public var not: MatchKeys
    /// Where the match stands.
    @NotCompared public var location: SourceLocation

    /// Makes a match; without keys it is for every packet.
    public init(
        _ keys: MatchKeys = MatchKeys(), not: MatchKeys = MatchKeys(),
        location: SourceLocation = .none
    ) {
        self.keys = keys
        self.not = not
        self.location = location
    }

    /// Whether no key is given, so that every IP packet matches.
    public var isEmpty: Bool { keys == MatchKeys() && not == MatchKeys() }
}
