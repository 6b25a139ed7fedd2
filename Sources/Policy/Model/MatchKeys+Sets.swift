extension MatchKeys {
    /// The sets that it names, each once, in the order of the keys. Members of sets are not named.
    public var sets: [Name] {
        let addresses = ((src ?? []) + (dst ?? [])).compactMap(\.set)
        let ports = ((sport ?? []) + (dport ?? [])).compactMap(\.set)
        return (addresses + ports).reduce(into: []) { named, name in
            if !named.contains(name) { named.append(name) }
        }
    }
}

extension AddressTerm {
    /// The set, of a term that names one.
    public var set: Name? {
        if case .set(let name) = self { name } else { nil }
    }
}

extension PortTerm {
    /// The set, of a term that names one.
    public var set: Name? {
        if case .set(let name) = self { name } else { nil }
    }
}
