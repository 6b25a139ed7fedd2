internal import NetTypes
internal import Policy

/// Chooses the fields of a packet so that a rule of the policy holds, nearly holds, or hardly.
struct RandomAim: Sendable {
    /// What a packet says, if it is well-formed.
    struct Fields {
        var source: IPAddress
        var destination: IPAddress
        var proto: UInt8
        var sport: UInt16
        var dport: UInt16
    }

    private let rules: [Rule]
    private let addressSets: [Name: AddressSet]
    private let portSets: [Name: [PortRange]]

    init(_ policy: RandomPolicy) {
        rules = policy.filter.rules
        var addressSets: [Name: AddressSet] = [:]
        var portSets: [Name: [PortRange]] = [:]
        for set in policy.sets {
            switch set.contents {
            case .addresses(let addresses): addressSets[set.name] = addresses
            case .ports(let ports): portSets[set.name] = ports
            }
        }
        self.addressSets = addressSets
        self.portSets = portSets
    }

    /// Most fields are those of one rule; where it has none, those of some other.
    func fields(using random: inout SeededRandom) -> Fields {
        let target = match(using: &random)
        let wantsIPv4 = random.chance(55)
        return Fields(
            source: address(target.src, \.src, wantsIPv4, using: &random),
            destination: address(target.dst, \.dst, wantsIPv4, using: &random),
            proto: proto(target, using: &random),
            sport: port(target.sport, \.sport, using: &random),
            dport: port(target.dport, \.dport, using: &random))
    }

    private func match(using random: inout SeededRandom) -> MatchKeys {
        rules.isEmpty ? MatchKeys() : random.one(of: rules).match.keys
    }

    private func proto(_ target: MatchKeys, using random: inout SeededRandom) -> UInt8 {
        if let protocols = target.proto, !protocols.isEmpty, random.chance(85) {
            return random.one(of: protocols).number
        }
        let withPorts: [UInt8] = [6, 17, 132]
        if target.sport != nil || target.dport != nil, random.chance(85) {
            return random.one(of: withPorts)
        }
        let odd: [UInt8] = [50, 59, 0, 44, 60, random.number(0 ... .max)]
        return random.one(
            weighted: [
                (6, random.one(of: withPorts)), (3, random.one(of: [1, 58])),
                (1, random.one(of: odd)),
            ])
    }

    private func port(
        _ target: [PortTerm]?, _ key: (MatchKeys) -> [PortTerm]?, using random: inout SeededRandom
    ) -> UInt16 {
        for terms in [target, key(match(using: &random))] {
            guard let terms, !terms.isEmpty, random.chance(85) else { continue }
            let ranges =
                switch random.one(of: terms) {
                case .range(let range): [range]
                case .set(let name): portSets[name] ?? []
                }
            guard !ranges.isEmpty else { continue }
            let range = random.one(of: ranges)
            return random.one(
                weighted: [
                    (3, range.lower), (3, range.upper), (1, range.lower &- 1),
                    (1, range.upper &+ 1), (2, random.number(range.lower...range.upper)),
                ])
        }
        return random.number(0 ... .max)
    }

    private func address(
        _ target: [AddressTerm]?, _ key: (MatchKeys) -> [AddressTerm]?, _ wantsIPv4: Bool,
        using random: inout SeededRandom
    ) -> IPAddress {
        for terms in [target, target, key(match(using: &random))] {
            guard let terms, !terms.isEmpty, random.chance(80) else { continue }
            let blocks = blocks(of: random.one(of: terms))
            if wantsIPv4, !blocks.ipv4.isEmpty {
                return .v4(point(of: random.one(of: blocks.ipv4), using: &random))
            }
            if !wantsIPv4, !blocks.ipv6.isEmpty {
                return .v6(point(of: random.one(of: blocks.ipv6), using: &random))
            }
        }
        return wantsIPv4
            ? .v4(IPv4Address(bits: random.number(0 ... .max)))
            : .v6(IPv6Address(bits: random.number(0 ... .max)))
    }

    private func blocks(of term: AddressTerm) -> AddressSet {
        switch term {
        case .prefix(.v4(let prefix)): AddressSet(ipv4: [prefix])
        case .prefix(.v6(let prefix)): AddressSet(ipv6: [prefix])
        case .range(.v4(let range)): AddressSet(ipv4: range.prefixes)
        case .range(.v6(let range)): AddressSet(ipv6: range.prefixes)
        case .set(let name): addressSets[name] ?? AddressSet()
        }
    }

    /// An address of the prefix, or the one before it or behind it.
    private func point<Address: IPAddressFamily>(
        of prefix: Prefix<Address>, using random: inout SeededRandom
    ) -> Address {
        let first = prefix.address.bits
        let last = prefix.lastAddress.bits
        return Address(
            bits: random.one(
                weighted: [
                    (2, first), (2, last), (1, first &- 1), (1, last &+ 1),
                    (4, random.number(first...last)),
                ]))
    }
}
