import NetTypes

/// The packets that a match is for: of each field, the values.
struct MatchSpace: Sendable {
    /// What the keys say by themselves, of the fields that they look at.
    struct Keys: Hashable, Sendable {
        var values: [PacketField: IntervalSet<UInt32>] = [:]
        var src: AddressSpace?
        var dst: AddressSpace?

        /// Whether something is said of what every frame has; without, a match is for IP alone.
        var looksAtFrames: Bool { values.keys.contains(where: \.isOfEveryFrame) }
    }

    /// Something that a match says of a field, and which key says so.
    struct Reason: Sendable {
        /// Such as `'dport' needs tcp, udp or sctp`.
        let text: String
        let values: IntervalSet<UInt32>
    }

    /// What the keys say by themselves; a packet matches when all of it holds.
    private(set) var keys = Keys()
    /// What they say together: every packet that matches has these fields, with such values.
    private(set) var implied = Keys()
    /// Why `proto` and the Ethernet type are what they are.
    private(set) var reasons: [PacketField: [Reason]] = [:]

    /// The space of a match.
    init(_ match: Match, _ sets: inout SetExpansion) {
        for field in PacketField.allCases { keys.values[field] = match.values(of: field, &sets) }
        keys.src = Self.addresses(match.keys.src, match.not.src, &sets)
        keys.dst = Self.addresses(match.keys.dst, match.not.dst, &sets)
        implied = keys
        add(.etherType, MatchReasons.etherType(match, keys))
        let types = reasons[.etherType].map { $0.map(\.values) } ?? []
        let etherTypes = types.reduce(PacketField.etherType.all) { $0.intersection($1) }
        implied.values[.etherType] =
            keys.looksAtFrames ? etherTypes : etherTypes.intersection(EtherType.ip)
        for field in [PacketField.vlan, .mark] {
            implied.values[field] = keys.values[field] ?? field.all
        }
        guard isIPOnly else { return }
        add(.proto, MatchReasons.proto(match, keys))
        if let reasons = reasons[.proto], !reasons.isEmpty {
            implied.values[.proto] = reasons.reduce(PacketField.proto.all) {
                $0.intersection($1.values)
            }
        }
        clampICMP()
        for field in PacketField.allCases
        where field.isOfEveryIPPacket && implied.values[field] == nil {
            implied.values[field] = field.all
        }
        implied.src = implied.src ?? Self.everyAddress(of: etherTypes)
        implied.dst = implied.dst ?? Self.everyAddress(of: etherTypes)
    }

    /// A protocol that is known leaves its own types alone.
    private mutating func clampICMP() {
        guard let proto = implied.values[.proto], let types = implied.values[.icmpType] else {
            return
        }
        let bounds: [ClosedRange<UInt32>] = [
            proto == IPProtocol.icmp.alone ? 0...0xFFFF : nil,
            proto == IPProtocol.icmpv6.alone ? 0x1_0000...0x1_FFFF : nil,
        ].compactMap { $0 }
        if !bounds.isEmpty { implied.values[.icmpType] = types.intersection(IntervalSet(bounds)) }
    }

    private mutating func add(_ field: PacketField, _ reasons: [Reason]) {
        self.reasons[field] = reasons
    }

    private static func addresses(
        _ wanted: [AddressTerm]?, _ unwanted: [AddressTerm]?, _ sets: inout SetExpansion
    ) -> AddressSpace? {
        guard wanted != nil || unwanted != nil else { return nil }
        return AddressSpace(
            wanted.map { sets.union($0) }, excluding: unwanted.map { sets.union($0) })
    }

    /// Every address that a packet of these types can have.
    private static func everyAddress(of types: IntervalSet<UInt32>) -> AddressSpace {
        var union = AddressUnion.all
        if !EtherType.ipv4.alone.isSubset(of: types) { union.v4 = IntervalSet() }
        if !EtherType.ipv6.alone.isSubset(of: types) { union.v6 = IntervalSet() }
        return AddressSpace(union, excluding: nil)
    }

    /// Whether no frame matches that is not IP. An empty match is not for such frames.
    var isIPOnly: Bool {
        implied.values[.etherType]?.isSubset(of: EtherType.ip) ?? false
    }

    /// How many ranges it has, which is what comparing it costs.
    var rangeCount: Int {
        let addresses = [keys.src, keys.dst].compactMap { $0?.included }
        let ranges = addresses.map { $0.v4.ranges.count + $0.v6.ranges.count + $0.tokens.count }
        return keys.values.values.reduce(1) { $0 + $1.ranges.count } + ranges.reduce(0, +)
    }

    /// Whether it is known that nothing matches.
    var isEmpty: Bool {
        implied.values.values.contains(where: \.isEmpty) || implied.src?.isEmpty ?? false
            || implied.dst?.isEmpty ?? false
    }

    /// Whether every packet of the other match is known to match this one, and this one can be
    /// judged whenever the other one can.
    ///
    /// It is enough that each key here holds for all that the other match implies.
    func covers(_ other: MatchSpace) -> Bool {
        guard keys.looksAtFrames || other.isIPOnly else { return false }
        for (field, values) in keys.values {
            guard let theirs = other.implied.values[field], theirs.isSubset(of: values) else {
                return false
            }
        }
        for (mine, theirs) in [
            (keys.src, other.implied.src), (keys.dst, other.implied.dst),
        ] {
            guard let mine else { continue }
            guard let theirs, mine.covers(theirs) else { return false }
        }
        return true
    }
}
