public import NetTypes

/// What to do with the packets that match.
public struct Rule: Equatable, Sendable {
    /// The name, unique in its filter; counters are kept by it.
    public var name: Name
    /// Which packets.
    public var match: Match
    /// What to do with them.
    public var action: Action
    /// Where the name stands.
    @NotCompared public var location: SourceLocation

    /// Makes a rule.
    public init(name: Name, match: Match, action: Action, location: SourceLocation = .none) {
        self.name = name
        self.match = match
        self.action = action
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

/// Which packets a rule is for: all keys that are given must hold.
///
/// A key that is nil says nothing; a list means any of its elements. A key matches only packets
/// that have the field.
public struct Match: Equatable, Sendable {
    /// Source addresses.
    public var src: [AddressTerm]?
    /// Destination addresses.
    public var dst: [AddressTerm]?
    /// Transport protocols.
    public var proto: [IPProtocol]?
    /// Source ports of TCP, UDP and SCTP.
    public var sport: [PortTerm]?
    /// Destination ports of TCP, UDP and SCTP.
    public var dport: [PortTerm]?
    /// Where the match stands.
    @NotCompared public var location: SourceLocation

    /// Makes a match; without keys it is for every packet.
    public init(
        src: [AddressTerm]? = nil, dst: [AddressTerm]? = nil, proto: [IPProtocol]? = nil,
        sport: [PortTerm]? = nil, dport: [PortTerm]? = nil, location: SourceLocation = .none
    ) {
        self.src = src
        self.dst = dst
        self.proto = proto
        self.sport = sport
        self.dport = dport
        self.location = location
    }

    /// Whether no key is given, so that every packet matches.
    public var isEmpty: Bool {
        src == nil && dst == nil && proto == nil && sport == nil && dport == nil
    }
}
