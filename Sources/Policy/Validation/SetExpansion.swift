import NetTypes

/// What terms amount to, as intervals; each set and each combination of flags is worked out once.
///
/// Sets of files, and long ones, stand for themselves: what they hold may change, and comparing it
/// would cost more than a warning is worth.
struct SetExpansion: TermExpansion {
    private let sources: [Name: SetSource]
    private var addresses: [Name: AddressUnion] = [:]
    private var ports: [Name: [ClosedRange<UInt32>]] = [:]
    private var flags: [TCPFlagsTerm: [ClosedRange<UInt32>]] = [:]
    /// How many more ranges may be made; bounds time and memory, whatever the policy is.
    private(set) var remaining: Int

    /// Longer sets stand for themselves.
    private static let longest = 256

    init(_ sources: [Name: SetSource], budget: Int = 2_000_000) {
        self.sources = sources
        remaining = budget
    }

    /// The union of the elements of `src` or `dst`.
    mutating func union(_ terms: [AddressTerm]) -> AddressUnion {
        var ranges = AddressUnion.Parts()
        for term in terms where remaining > 0 { add(term, to: &ranges) }
        return AddressUnion(ranges)
    }

    private mutating func add(_ term: AddressTerm, to parts: inout AddressUnion.Parts) {
        remaining -= 1
        switch term {
        case .prefix(.v4(let prefix)):
            parts.v4.append(prefix.address.bits...prefix.lastAddress.bits)
        case .prefix(.v6(let prefix)):
            parts.v6.append(prefix.address.bits...prefix.lastAddress.bits)
        case .range(.v4(let range)): parts.v4.append(range.lower.bits...range.upper.bits)
        case .range(.v6(let range)): parts.v6.append(range.lower.bits...range.upper.bits)
        case .set(let name):
            let members = union(of: name, depth: 0)
            remaining -= members.v4.ranges.count + members.v6.ranges.count + members.tokens.count
            parts.v4 += members.v4.ranges
            parts.v6 += members.v6.ranges
            parts.tokens.formUnion(members.tokens)
        }
    }

    /// The depth bounds what a set that holds itself, an error elsewhere, could do.
    private mutating func union(of name: Name, depth: Int) -> AddressUnion {
        if let known = addresses[name] { return known }
        var parts = AddressUnion.Parts()
        switch sources[name] {
        case .inline(let terms) where terms.count <= Self.longest:
            for term in terms { add(term, to: &parts) }
        case .sets(let names) where depth < 32:
            for member in names where remaining > 0 {
                let members = union(of: member, depth: depth + 1)
                remaining -= 1 + members.v4.ranges.count + members.v6.ranges.count
                parts.v4 += members.v4.ranges
                parts.v6 += members.v6.ranges
                parts.tokens.formUnion(members.tokens)
            }
        default: parts.tokens.insert(name)
        }
        let result = AddressUnion(parts)
        addresses[name] = result
        return result
    }

    /// The ports of the elements of `sport` or `dport`.
    mutating func ports(_ terms: [PortTerm]) -> IntervalSet<UInt32> {
        var ranges: [ClosedRange<UInt32>] = []
        for term in terms where remaining > 0 {
            switch term {
            case .range(let range): ranges.append(UInt32(range.lower)...UInt32(range.upper))
            case .set(let name): ranges += ports(of: name, depth: 0)
            }
            remaining -= 1
        }
        return IntervalSet(ranges)
    }

    private mutating func ports(of name: Name, depth: Int) -> [ClosedRange<UInt32>] {
        if let known = ports[name] {
            remaining -= known.count
            return known
        }
        var ranges: [ClosedRange<UInt32>] = []
        switch sources[name] {
        case .ports(let all): ranges = all.map { UInt32($0.lower)...UInt32($0.upper) }
        case .sets(let names) where depth < 32:
            for member in names where remaining > 0 {
                ranges += ports(of: member, depth: depth + 1)
            }
        default: remaining = 0
        }
        remaining -= ranges.count
        ranges = IntervalSet(ranges).ranges
        ports[name] = ranges
        return ranges
    }

    /// The bytes of flags that satisfy any of the elements of `tcp-flags`.
    mutating func flags(_ terms: [TCPFlagsTerm]) -> IntervalSet<UInt32> {
        var ranges: [ClosedRange<UInt32>] = []
        for term in Set(terms) where remaining > 0 {
            let known = flags[term] ?? term.bytes.ranges
            flags[term] = known
            remaining -= known.count
            ranges += known
        }
        return IntervalSet(ranges)
    }
}
