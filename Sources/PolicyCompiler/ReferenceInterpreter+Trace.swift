internal import Packets
public import Policy

extension ReferenceInterpreter {
    /// What a rule had to do with a packet.
    public struct TraceEntry: Hashable, Sendable {
        /// How it went.
        public enum Outcome: String, Hashable, Sendable {
            /// The rule decided.
            case decided
            /// The rule counted the packet, and the next one was asked.
            case counted
            /// All of the rule's keys but one hold.
            case nearly
            /// All keys hold, and the rule is for what exceeds its limit.
            case withinLimit = "within-limit"
            /// A key needs what cannot be read; the others hold.
            case unreadable
            /// A key names a set whose contents are not known; the others hold.
            case unknown
        }

        /// The rule.
        public let rule: Name
        /// How it went.
        public let outcome: Outcome
        /// The key that fails, is unreadable or unknown: `dport`, `not.src`.
        public let key: String?
        /// What the rule wants there, as the policy writes it.
        public let wants: String?
        /// What the packet has there; nil where it has no such field, or one that cannot be read.
        public let has: String?
    }

    /// The rules that had something to do with a packet, in order, until one decided.
    ///
    /// - Parameters:
    ///   - packet: The packet as the hook sees it.
    ///   - decider: The rule that is known to have decided; nil when none did.
    ///   - unknown: Sets whose contents are not known.
    /// - Returns: None for a frame whose addresses cannot be read: no rule was asked.
    public func trace(
        _ packet: SeenPacket, decidedBy decider: Name?, unknown: Set<Name> = []
    ) -> [TraceEntry] {
        guard let packet = try? ReferencePacket(packet) else { return [] }
        var entries: [TraceEntry] = []
        for rule in rules(for: packet) {
            guard rule.name != decider else {
                entries.append(TraceEntry(rule.name, .decided))
                break
            }
            guard let entry = entry(rule, packet, unknown) else { continue }
            entries.append(entry)
            // The `malformed:` verdict was taken here.
            if entry.outcome == .unreadable, rule.action != .count { break }
        }
        return entries
    }

    private func entry(
        _ rule: Rule, _ packet: ReferencePacket, _ unknown: Set<Name>
    ) -> TraceEntry? {
        typealias Found = (key: PacketDescription.Key, isNegated: Bool)
        var failed: [Found] = []
        var unread: [Found] = []
        var unknowns: [Found] = []
        forEachKey(of: rule.match, packet) { key, isNegated, answer in
            let keys = isNegated ? rule.match.not : rule.match.keys
            if answer != .unreadable, packet.value(of: key) != nil,
                keys.names(anyOf: unknown, under: key)
            {
                unknowns.append((key, isNegated))
            } else if answer == .fails {
                failed.append((key, isNegated))
            } else if answer == .unreadable {
                unread.append((key, isNegated))
            }
        }
        func entry(_ outcome: TraceEntry.Outcome, _ found: Found) -> TraceEntry {
            TraceEntry(
                rule.name, outcome,
                key: found.isNegated ? "not.\(found.key.rawValue)" : found.key.rawValue,
                wants: rule.match.text(of: found.key.rawValue, isNegated: found.isNegated),
                has: packet.value(of: found.key))
        }
        guard failed.isEmpty else {
            guard failed.count == 1, unread.isEmpty, unknowns.isEmpty else { return nil }
            return entry(.nearly, failed[0])
        }
        if let first = unread.first { return entry(.unreadable, first) }
        if let first = unknowns.first { return entry(.unknown, first) }
        if rule.limit != nil { return TraceEntry(rule.name, .withinLimit) }
        return rule.action == .count ? TraceEntry(rule.name, .counted) : nil
    }
}

extension ReferenceInterpreter.TraceEntry {
    fileprivate init(
        _ rule: Name, _ outcome: Outcome, key: String? = nil, wants: String? = nil,
        has: String? = nil
    ) {
        self.init(rule: rule, outcome: outcome, key: key, wants: wants, has: has)
    }
}

extension MatchKeys {
    /// Whether a key names one of these sets.
    fileprivate func names(anyOf sets: Set<Name>, under key: PacketDescription.Key) -> Bool {
        guard !sets.isEmpty else { return false }
        switch key {
        case .src, .dst:
            return (key == .src ? src : dst)?.contains { term in
                if case .set(let name) = term { sets.contains(name) } else { false }
            } ?? false
        case .sport, .dport:
            return (key == .sport ? sport : dport)?.contains { term in
                if case .set(let name) = term { sets.contains(name) } else { false }
            } ?? false
        default: return false
        }
    }
}
