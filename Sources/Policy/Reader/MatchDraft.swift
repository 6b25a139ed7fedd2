/// A match that is being read.
struct MatchDraft {
    /// Where a key stands: in `match:` or in its `not:`.
    enum Level { case match, not }

    /// What to call the rule, such as `rule 'web'`.
    let subject: String
    var keys = MatchKeys()
    var not = MatchKeys()
    /// The values of `icmp-type`, which mean something only when `proto` is known.
    private var icmpType: YAMLValue?
    private var notICMPType: YAMLValue?

    init(subject: String) { self.subject = subject }

    /// The keys of a match.
    static let table = KeyTable<MatchDraft>(
        keys(at: .match) + [
            .optional("not", notTable.shape()) { value, draft, reading in
                let subject = draft.subject
                notTable.read(
                    value, into: &draft, subject: "'not' of \(subject)", reading)
            }
        ])

    /// The keys of `not:`.
    static let notTable = KeyTable<MatchDraft>(keys(at: .not) + [.elsewhere("not", nestedNot)])

    static func keys(at level: Level) -> [Key<MatchDraft>] {
        let path: any WritableKeyPath<MatchDraft, MatchKeys> & Sendable =
            level == .match ? \.keys : \.not
        let icmpPath: any WritableKeyPath<MatchDraft, YAMLValue?> & Sendable =
            level == .match ? \.icmpType : \.notICMPType
        return [
            .optional("src", .addresses) { $1[keyPath: path].src = $2.addressTerms($0, of: "src") },
            .optional("dst", .addresses) { $1[keyPath: path].dst = $2.addressTerms($0, of: "dst") },
            .optional("proto", .protocols) { $1[keyPath: path].proto = $2.protocols($0) },
            .optional("sport", .ports) { $1[keyPath: path].sport = $2.portTerms($0, of: "sport") },
            .optional("dport", .ports) { $1[keyPath: path].dport = $2.portTerms($0, of: "dport") },
            .optional("tcp-flags", .tcpFlags) { $1[keyPath: path].tcpFlags = $2.tcpFlags($0) },
            .optional("icmp-type", .icmpTypes) { value, draft, _ in draft[keyPath: icmpPath] = value
            },
            .optional("family", .families) { $1[keyPath: path].family = $2.families($0) },
            .optional("ethertype", PacketNumbers.etherType.shape) {
                $1[keyPath: path].etherType = $2.etherTypes($0)
            },
            .optional("vlan", PacketNumbers.vlan.shape) {
                $1[keyPath: path].vlan = $2.vlanTerms($0)
            },
            .optional("fragment", .boolean) {
                $1[keyPath: path].fragment = $2.boolean($0, of: "fragment")
            },
            .optional("length", PacketNumbers.length.shape) {
                $1[keyPath: path].length = $2.numbers($0, of: "length", PacketNumbers.length)
            },
            .optional("ttl", PacketNumbers.ttl.shape) {
                $1[keyPath: path].ttl = $2.numbers($0, of: "ttl", PacketNumbers.ttl)
            },
            .optional("dscp", PacketNumbers.dscp.shape) {
                $1[keyPath: path].dscp = $2.numbers($0, of: "dscp", PacketNumbers.dscp)
            },
            .optional("ext-header", .extensionHeaders) {
                $1[keyPath: path].extHeader = $2.extensionHeaders($0)
            },
            .optional("mark", PacketNumbers.mark.shape) {
                $1[keyPath: path].mark = $2.numbers($0, of: "mark", PacketNumbers.mark)
            },
            .elsewhere("socket") { value, reading in
                reading.error("reserved", "'socket' is reserved for a later version", at: value)
            },
        ]
    }

    private static func nestedNot(_ value: YAMLValue, _ reading: Reading) {
        reading.error(
            "nested-not", "'not' cannot stand in 'not'",
            hint: "what is not negated belongs to the match itself", at: value)
    }

    /// Reads what could not be read before all keys were known.
    private mutating func finish(_ reading: Reading) {
        if let icmpType { keys.icmpType = reading.icmpTerms(icmpType, proto: keys.proto) }
        if let notICMPType { not.icmpType = reading.icmpTerms(notICMPType, proto: keys.proto) }
    }

    /// Reads the value of `match:`.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - subject: What to call the rule.
    ///   - what: What to call the value; `match` of the rule if nil.
    ///   - table: The keys that may stand there; nil for those of a match.
    ///   - reading: Where errors go.
    /// - Returns: The match, without what could not be read.
    static func read(
        _ value: YAMLValue, subject: String, what: String? = nil,
        by table: KeyTable<MatchDraft>? = nil, _ reading: Reading
    ) -> Match {
        var draft = MatchDraft(subject: subject)
        (table ?? Self.table).read(
            value, into: &draft, subject: subject, what: what ?? "'match' of \(subject)", reading)
        draft.finish(reading)
        return Match(draft.keys, not: draft.not, location: reading.location(of: value))
    }
}
