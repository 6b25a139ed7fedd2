internal import NetTypes
internal import NetctlABI
internal import Policy

extension MatchKeys {
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
                dimension.field.map(looks(at:)) ?? (addresses(of: dimension) != nil)
            })
    }
}

extension Match {
    /// The dimensions that this match looks at.
    var dimensions: Set<Dimension> { keys.dimensions.union(not.dimensions) }

    /// The fields without which this match cannot be judged, `NETCTL_FIELD_*`.
    var needs: UInt8 { UInt8(dimensions.reduce(0) { $0 | $1.needs }) }

    /// Whether it can hold for a frame that is not IP: it looks at what such a frame has. An empty
    /// match does not.
    var looksAtEveryFrame: Bool {
        dimensions.contains { $0.field?.isOfEveryFrame ?? false }
    }
}

/// The sets of a policy, whole.
struct PolicyTerms: TermExpansion {
    let portSets: [Name: [PortRange]]
    private var bytes: [TCPFlagsTerm: IntervalSet<UInt32>] = [:]

    init(portSets: [Name: [PortRange]]) { self.portSets = portSets }

    func ports(_ terms: [PortTerm]) -> IntervalSet<UInt32> {
        IntervalSet(
            terms.flatMap { term in
                let ranges =
                    switch term {
                    case .range(let range): [range]
                    case .set(let name): portSets[name] ?? []
                    }
                return ranges.map { UInt32($0.lower)...UInt32($0.upper) }
            })
    }

    /// Thousands of rules have a handful of terms.
    mutating func flags(_ terms: [TCPFlagsTerm]) -> IntervalSet<UInt32> {
        for term in terms where bytes[term] == nil { bytes[term] = term.bytes }
        return IntervalSet(terms.flatMap { bytes[$0]?.ranges ?? [] })
    }
}
