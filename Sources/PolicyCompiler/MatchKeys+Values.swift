internal import NetTypes
internal import NetctlABI
internal import Policy

extension MatchKeys {
    /// The values that satisfy each key of one dimension; empty when no key looks at it. `family`
    /// and `ethertype` are two keys of the same field.
    func values(of dimension: Dimension, portSets: [Name: [PortRange]]) -> [ValueRanges] {
        switch dimension {
        case .src, .dst: return []
        case .proto: return one(proto) { [Int($0.number)...Int($0.number)] }
        case .sport: return one(sport) { $0.ranges(portSets) }
        case .dport: return one(dport) { $0.ranges(portSets) }
        case .tcpFlags: return one(tcpFlags, \.ranges)
        case .icmp: return one(icmpType, \.ranges)
        case .etherType:
            return one(family) { [Int($0.rawValue)...Int($0.rawValue)] }
                + one(etherType) { [Int($0.lowerBound)...Int($0.upperBound)] }
        case .vlan: return one(vlan) { [$0.range] }
        case .fragment: return one(fragment.map { [$0] }) { $0 ? [1...1] : [0...0] }
        case .length: return one(length) { [Int($0.lowerBound)...Int($0.upperBound)] }
        case .ttl: return one(ttl) { [Int($0.lowerBound)...Int($0.upperBound)] }
        case .dscp: return one(dscp) { [Int($0.lowerBound)...Int($0.upperBound)] }
        case .extHeader: return one(extHeader, \.ranges)
        }
    }

    private func one<Term>(
        _ terms: [Term]?, _ ranges: (Term) -> [ClosedRange<Int>]
    ) -> [ValueRanges] {
        terms.map { [ValueRanges($0.flatMap(ranges))] } ?? []
    }

    /// The addresses of one dimension; nil when no key looks at it.
    func addresses(of dimension: Dimension) -> [AddressTerm]? {
        switch dimension {
        case .src: src
        case .dst: dst
        default: nil
        }
    }

    /// The dimensions that these keys look at.
    var dimensions: Set<Dimension> {
        Set(
            Dimension.allCases.filter { dimension in
                addresses(of: dimension) != nil
                    || !values(of: dimension, portSets: [:]).isEmpty
            })
    }
}

extension Match {
    /// The values of one dimension that satisfy the match; nil when it does not look at it. What is
    /// negated still needs the field.
    func values(of dimension: Dimension, portSets: [Name: [PortRange]]) -> ValueRanges? {
        let wanted = keys.values(of: dimension, portSets: portSets)
        let unwanted = not.values(of: dimension, portSets: portSets)
        guard !wanted.isEmpty || !unwanted.isEmpty, let count = dimension.valueCount else {
            return nil
        }
        let all = ValueRanges(all: count)
        return (wanted + unwanted.map { $0.complement(below: count) })
            .reduce(all) { $0.intersection($1) }
    }

    /// The dimensions that this match looks at.
    var dimensions: Set<Dimension> { keys.dimensions.union(not.dimensions) }

    /// The fields without which this match cannot be judged, `NETCTL_FIELD_*`.
    var needs: UInt8 { UInt8(dimensions.reduce(0) { $0 | $1.needs }) }

    /// Whether it can hold for a frame that is not IP: it looks at what such a frame has. An empty
    /// match does not.
    var looksAtEveryFrame: Bool { dimensions.contains(where: \.isOfEveryFrame) }
}

extension PortTerm {
    func ranges(_ sets: [Name: [PortRange]]) -> [ClosedRange<Int>] {
        let ranges =
            switch self {
            case .range(let range): [range]
            case .set(let name): sets[name] ?? []
            }
        return ranges.map { Int($0.lower)...Int($0.upper) }
    }
}

extension TCPFlagsTerm {
    /// The bytes of flags that satisfy the term.
    var ranges: [ClosedRange<Int>] {
        ValueRanges(count: NETCTL_TCP_FLAGS_VALUES) { value in
            let flags = TCPFlags(rawValue: UInt8(value))
            return flags.isSuperset(of: set) && flags.isDisjoint(with: clear)
        }.ranges
    }
}

extension ICMPTerm {
    /// Type times 256 plus code; ICMPv6 behind ICMP.
    var ranges: [ClosedRange<Int>] {
        let first = proto == .icmpv6 ? NETCTL_ICMPV6_FIRST : 0
        let codes = codes ?? 0 ... .max
        return types.map { type in
            let base = first + Int(type) << 8
            return (base + Int(codes.lowerBound))...(base + Int(codes.upperBound))
        }
    }
}

extension VLANTerm {
    /// Identifiers, and one more value for no tag.
    var range: ClosedRange<Int> {
        let none = NETCTL_VLAN_NONE
        switch self {
        case .untagged: return none...none
        case .tagged: return 0...(none - 1)
        case .ids(let ids): return Int(ids.lowerBound)...Int(ids.upperBound)
        }
    }
}

extension ExtensionHeader {
    /// The bit of `enum netctl_ext_header`.
    private var bit: UInt32 {
        switch self {
        case .hopByHop: NETCTL_EXT_HOP_BY_HOP.rawValue
        case .routing: NETCTL_EXT_ROUTING.rawValue
        case .fragment: NETCTL_EXT_FRAGMENT.rawValue
        case .authentication: NETCTL_EXT_AUTHENTICATION.rawValue
        case .destination: NETCTL_EXT_DESTINATION.rawValue
        case .mobility: NETCTL_EXT_MOBILITY.rawValue
        case .hip: NETCTL_EXT_HIP.rawValue
        case .shim6: NETCTL_EXT_SHIM6.rawValue
        }
    }

    /// The sets of headers that hold this one.
    var ranges: [ClosedRange<Int>] {
        ValueRanges(count: NETCTL_EXT_HEADER_VALUES) { $0 & Int(bit) != 0 }.ranges
    }
}
