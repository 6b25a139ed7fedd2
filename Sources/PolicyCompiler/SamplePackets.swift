internal import NetTypes
public import Packets
public import Policy

/// A few packets that a filter says something of.
public struct SamplePackets: Sendable {
    /// The most there are.
    public static let most = 8
    /// How many prefixes of sets the interpreter may look at for all of them: some hundredths of a second.
    private static let look = 1 << 22

    /// One that says nothing, and one for each of the first rules.
    public let packets: [PacketDescription]

    /// Makes packets of the first value of each key of a rule. Whether they match it is not promised;
    /// an earlier rule may be for them, too.
    ///
    /// - Parameters:
    ///   - filter: The filter.
    ///   - sets: The sets of its policy.
    public init(_ filter: Filter, sets: [NamedSet]) {
        let contents = Dictionary(
            sets.map { ($0.name, $0.contents) }, uniquingKeysWith: { first, _ in first })
        let size = filter.rules.reduce(0) { sum, rule in
            sum + rule.match.sets.reduce(0) { $0 + (contents[$1]?.count ?? 0) }
        }
        let room = max(1, min(Self.most, Self.look / max(1, size)))
        let ofRules = filter.rules.lazy.map { PacketDescription(sampleOf: $0.match.keys, contents) }
        packets = Array(([PacketDescription()] + ofRules.prefix(room)).suffix(room))
    }
}

extension PacketDescription {
    fileprivate init(sampleOf keys: MatchKeys, _ sets: [Name: SetContents]) {
        self.init()
        src = keys.src?.first?.sample(sets)
        dst = keys.dst?.first?.sample(sets)
        proto = keys.proto?.first
        sport = keys.sport?.first?.sample(sets)
        dport = keys.dport?.first?.sample(sets)
        tcpFlags = keys.tcpFlags?.first?.set
        icmpType = keys.icmpType?.first.map { term in
            let isV6 = term.proto == .icmpv6
            return ICMPMessage(
                icmp: isV6 ? nil : term.types.lowerBound,
                icmpv6: isV6 ? term.types.lowerBound : nil,
                code: term.codes?.lowerBound ?? 0)
        }
        family = keys.family?.first
        etherType = keys.etherType?.first.map { EtherType(rawValue: $0.lowerBound) }
        vlan =
            switch keys.vlan?.first {
            case .ids(let ids): ids.lowerBound
            case .tagged: 1
            case .untagged, nil: nil
            }
        fragment = keys.fragment
        ttl = keys.ttl?.first.map(\.lowerBound)
        dscp = keys.dscp?.first.map(\.lowerBound)
        extHeader = keys.extHeader?.first
        mark = keys.mark?.first.map(\.lowerBound)
    }
}

extension AddressTerm {
    fileprivate func sample(_ sets: [Name: SetContents]) -> IPAddress? {
        switch self {
        case .prefix(.v4(let prefix)): return .v4(prefix.address)
        case .prefix(.v6(let prefix)): return .v6(prefix.address)
        case .range(.v4(let range)): return .v4(range.lower)
        case .range(.v6(let range)): return .v6(range.lower)
        case .set(let name):
            guard case .addresses(let set) = sets[name] else { return nil }
            return set.ipv4.first.map { .v4($0.address) } ?? set.ipv6.first.map { .v6($0.address) }
        }
    }
}

extension PortTerm {
    fileprivate func sample(_ sets: [Name: SetContents]) -> UInt16? {
        switch self {
        case .range(let range): return range.lower
        case .set(let name):
            guard case .ports(let ports) = sets[name] else { return nil }
            return ports.first?.lower
        }
    }
}

extension SetContents {
    fileprivate var count: Int {
        switch self {
        case .addresses(let addresses): addresses.count
        case .ports(let ports): ports.count
        }
    }
}

extension Match {
    /// The sets that it names.
    fileprivate var sets: [Name] {
        [keys, not].flatMap { keys in
            ((keys.src ?? []) + (keys.dst ?? [])).compactMap { term in
                if case .set(let name) = term { name } else { nil }
            }
        }
    }
}
