internal import NetTypes
internal import Policy

/// Whether a key, or all keys of a rule, hold for a packet.
enum ReferenceAnswer {
    case holds, fails
    /// It depends on bytes that cannot be read.
    case unreadable
}

extension ReferenceField {
    /// A key holds for a packet that has the field, with a value that the key names.
    func answer(_ names: (Value) -> Bool) -> ReferenceAnswer {
        switch self {
        case .value(let value): names(value) ? .holds : .fails
        case .absent: .fails
        case .unreadable: .unreadable
        }
    }
}

extension ReferenceInterpreter {
    /// All keys that are given must hold; a list means any of its elements.
    ///
    /// One key that fails settles it, whatever cannot be read.
    func answer(_ match: Match, _ packet: ReferencePacket) -> ReferenceAnswer {
        var answers: [ReferenceAnswer] = []
        if let terms = match.keys.src { answers.append(contains(terms, packet.source)) }
        if let terms = match.keys.dst { answers.append(contains(terms, packet.destination)) }
        if let protocols = match.keys.proto {
            answers.append(packet.proto.answer { protocols.contains($0) })
        }
        if let terms = match.keys.sport {
            answers.append(packet.sport.answer { contains(terms, $0) })
        }
        if let terms = match.keys.dport {
            answers.append(packet.dport.answer { contains(terms, $0) })
        }
        if answers.contains(.fails) { return .fails }
        return answers.contains(.unreadable) ? .unreadable : .holds
    }

    private func contains(_ terms: [AddressTerm], _ address: IPAddress) -> ReferenceAnswer {
        let isNamed = terms.contains { term in
            switch (term, address) {
            case (.prefix(.v4(let prefix)), .v4(let address)): prefix.contains(address)
            case (.prefix(.v6(let prefix)), .v6(let address)): prefix.contains(address)
            case (.range(.v4(let range)), .v4(let address)):
                range.lower <= address && address <= range.upper
            case (.range(.v6(let range)), .v6(let address)):
                range.lower <= address && address <= range.upper
            case (.set(let name), .v4(let address)):
                addressSets[name]?.ipv4.contains { $0.contains(address) } ?? false
            case (.set(let name), .v6(let address)):
                addressSets[name]?.ipv6.contains { $0.contains(address) } ?? false
            default: false
            }
        }
        return isNamed ? .holds : .fails
    }

    private func contains(_ terms: [PortTerm], _ port: UInt16) -> Bool {
        terms.contains { term in
            switch term {
            case .range(let range): range.contains(port)
            case .set(let name): portSets[name]?.contains { $0.contains(port) } ?? false
            }
        }
    }
}
