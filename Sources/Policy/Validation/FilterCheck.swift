import NetTypes

/// Warns of filters that may not do what is meant.
struct FilterCheck {
    let reading: Reading

    /// Where the contents of the sets come from.
    let sources: [Name: SetSource]

    /// Checks one filter.
    func check(_ filter: Filter) {
        checkNeighbourDiscovery(filter)
        // What could not be read would make rules look emptier, or wider, than they are.
        guard !reading.hasErrors else { return }
        var expansion = SetExpansion(sources)
        var spaces: [MatchSpace?] = []
        let contradictions = ContradictionCheck(reading: reading)
        for rule in filter.rules {
            let space = MatchSpace(rule.match, &expansion)
            guard expansion.remaining > 0 else { break }
            contradictions.check(rule, space)
            spaces.append(space.isEmpty ? nil : space)
        }
        let rules = Array(filter.rules.prefix(spaces.count))
        let shadows = ShadowCheck(reading: reading)
        shadows.check(rules, spaces)
        shadows.checkLimits(rules, spaces)
    }

    /// IPv6 does not work without ICMPv6 133-136, and `default: drop` is an easy way to lose them.
    private func checkNeighbourDiscovery(_ filter: Filter) {
        guard filter.defaultVerdict == .drop else { return }
        var expansion = SetExpansion(sources)
        guard !filter.rules.contains(where: { mayPassNeighbourDiscovery($0, &expansion) }) else {
            return
        }
        reading.report(
            .warning, "neighbour-discovery",
            "filter '\(filter.name)' drops ICMPv6 133-136, without which IPv6 does not work",
            hint: "add a rule { match: { proto: icmpv6 }, action: pass }", at: filter.location)
    }

    private func mayPassNeighbourDiscovery(_ rule: Rule, _ sets: inout SetExpansion) -> Bool {
        guard rule.action == .pass else { return false }
        let space = MatchSpace(rule.match, &sets)
        // Bounded as all else: what is not worked out may pass.
        guard sets.remaining > 0 else { return true }
        guard !space.isEmpty else { return false }
        return Self.neighbourDiscovery.allSatisfy { field, values in
            guard let passed = space.implied.values[field] else { return true }
            return !passed.intersection(values).isEmpty
        }
    }

    /// What such a packet looks like: types 133 to 136, ICMPv6 being behind ICMP, with a hop limit
    /// of 255 (RFC 4861, 6.1 and 7.1).
    private static let neighbourDiscovery: [(PacketField, IntervalSet<UInt32>)] = [
        (.etherType, EtherType.ipv6.alone),
        (.proto, IPProtocol.icmpv6.alone),
        (.icmpType, IntervalSet([0x1_8500...0x1_88FF])),
        (.ttl, IntervalSet([255...255])),
    ]
}
