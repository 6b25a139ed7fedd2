import NetTypes

/// Warns of filters that may not do what is meant.
struct FilterCheck {
    let reading: Reading
    /// What is known of the sets, by name.
    let sets: [Name: SetContents?]

    /// Checks one filter.
    func check(_ filter: Filter) {
        for rule in filter.rules { checkPorts(rule) }
        checkNeighbourDiscovery(filter)
    }

    /// A port key is for TCP, UDP and SCTP; with other protocols alone it can never hold.
    private func checkPorts(_ rule: Rule) {
        guard let proto = rule.match.keys.proto, !proto.isEmpty, !proto.contains(where: \.hasPorts)
        else { return }
        let keys = [("sport", rule.match.keys.sport), ("dport", rule.match.keys.dport)]
        guard let key = keys.first(where: { $0.1 != nil })?.0 else { return }
        reading.report(
            .warning, "never-matches",
            "rule '\(rule.name)' never matches: \(proto[0]) has no ports, and it has '\(key)'",
            hint: "ports need tcp, udp or sctp", at: rule.location)
    }

    /// IPv6 does not work without ICMPv6 133-136, and `default: drop` is an easy way to lose them.
    private func checkNeighbourDiscovery(_ filter: Filter) {
        guard filter.defaultVerdict == .drop,
            !filter.rules.contains(where: mayPassNeighbourDiscovery)
        else { return }
        reading.report(
            .warning, "neighbour-discovery",
            "filter '\(filter.name)' drops ICMPv6 133-136, without which IPv6 does not work",
            hint: "add a rule { match: { proto: icmpv6 }, action: pass }", at: filter.location)
    }

    private func mayPassNeighbourDiscovery(_ rule: Rule) -> Bool {
        guard rule.action == .pass, rule.match.keys.sport == nil, rule.match.keys.dport == nil
        else {
            return false
        }
        return (rule.match.keys.proto?.contains(.icmpv6) ?? true)
            && (rule.match.keys.src?.contains(where: mayBeIPv6) ?? true)
            && (rule.match.keys.dst?.contains(where: mayBeIPv6) ?? true)
    }

    private func mayBeIPv6(_ term: AddressTerm) -> Bool {
        switch term {
        case .prefix(.v6), .range(.v6): return true
        case .prefix(.v4), .range(.v4): return false
        case .set(let name):
            guard case .addresses(let set)? = sets[name] ?? nil else { return true }
            return !set.ipv6.isEmpty
        }
    }
}
