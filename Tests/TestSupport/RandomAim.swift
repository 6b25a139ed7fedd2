internal import NetTypes
internal import Policy

/// Chooses the fields of a packet so that a rule of the policy holds, nearly holds, or hardly.
struct RandomAim: Sendable {
    /// What a packet says, if it is well-formed.
    struct Fields {
        /// Behind VLAN tags.
        var etherType: UInt16
        /// The outermost tag; nil without any.
        var vlan: UInt16?
        var source: IPAddress
        var destination: IPAddress
        var proto: UInt8
        var sport: UInt16
        var dport: UInt16
        var tcpFlags: UInt8
        var icmpType: UInt8
        var icmpCode: UInt8
        /// Nil: as it comes.
        var fragment: Bool?
        /// Of the L3 packet, if it can be had; nil: as it comes.
        var length: UInt16?
        var ttl: UInt8
        var dscp: UInt8
        /// To be there beside others.
        var extensions: [UInt8]
        /// Beside the bytes.
        var mark: UInt32
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
        let etherType = etherType(target, using: &random)
        let isIPv4 = etherType == 0x0800 || etherType != 0x86dd && random.chance(50)
        let icmp = icmp(target, using: &random)
        return Fields(
            etherType: etherType, vlan: vlan(target, using: &random),
            source: address(target, \.src, isIPv4, using: &random),
            destination: address(target, \.dst, isIPv4, using: &random),
            proto: proto(target, icmp?.proto, using: &random),
            sport: port(target, \.sport, using: &random),
            dport: port(target, \.dport, using: &random),
            tcpFlags: tcpFlags(target, using: &random),
            icmpType: icmp?.type ?? random.number(0 ... .max),
            icmpCode: icmp?.code ?? random.number(0...2),
            fragment: fragment(target, using: &random),
            length: number(target, \.length, using: &random),
            ttl: number(target, \.ttl, using: &random) ?? random.number(0 ... .max),
            dscp: number(target, \.dscp, using: &random) ?? random.number(0...63),
            extensions: extensions(target, using: &random),
            mark: number(target, \.mark, using: &random) ?? random.one(of: [0, 1, .max]))
    }

    private func match(using random: inout SeededRandom) -> Match {
        rules.isEmpty ? Match() : random.one(of: rules).match
    }

    /// What a packet is to satisfy in one key: mostly what the target wants, sometimes what it does
    /// not want, or what another rule wants; nil for anything.
    func wanted<Terms>(
        _ target: Match, _ key: (MatchKeys) -> Terms?, using random: inout SeededRandom
    ) -> Terms? {
        if let terms = key(target.keys), random.chance(90) { return terms }
        if let terms = key(target.not), random.chance(30) { return terms }
        guard random.chance(60) else { return nil }
        let other = match(using: &random)
        return key(other.keys) ?? key(other.not)
    }

    private func proto(
        _ target: Match, _ icmp: UInt8?, using random: inout SeededRandom
    ) -> UInt8 {
        if let protocols = target.keys.proto, !protocols.isEmpty, random.chance(85) {
            return random.one(of: protocols).number
        }
        if target.keys.tcpFlags != nil, random.chance(85) { return 6 }
        if target.keys.icmpType != nil, let icmp, random.chance(85) { return icmp }
        let withPorts: [UInt8] = [6, 17, 132]
        if target.keys.sport != nil || target.keys.dport != nil, random.chance(85) {
            return random.one(of: withPorts)
        }
        if let protocols = wanted(target, \.proto, using: &random), !protocols.isEmpty {
            return random.one(of: protocols).number
        }
        let odd: [UInt8] = [50, 59, 0, 44, 60, random.number(0 ... .max)]
        return random.one(
            weighted: [
                (6, random.one(of: withPorts)), (3, icmp ?? random.one(of: [1, 58])),
                (1, random.one(of: odd)),
            ])
    }

    private func port(
        _ target: Match, _ key: (MatchKeys) -> [PortTerm]?, using random: inout SeededRandom
    ) -> UInt16 {
        guard let terms = wanted(target, key, using: &random), !terms.isEmpty else {
            return random.number(0 ... .max)
        }
        let ranges =
            switch random.one(of: terms) {
            case .range(let range): [range]
            case .set(let name): portSets[name] ?? []
            }
        guard !ranges.isEmpty else { return random.number(0 ... .max) }
        let range = random.one(of: ranges)
        return point(of: range.lower...range.upper, using: &random)
    }

    /// A number of the range, or the one before it or behind it.
    func point<Value: FixedWidthInteger>(
        of range: ClosedRange<Value>, using random: inout SeededRandom
    ) -> Value {
        random.one(weighted: [
            (3, range.lowerBound), (3, range.upperBound), (1, range.lowerBound &- 1),
            (1, range.upperBound &+ 1), (2, random.number(range)),
        ])
    }

    private func address(
        _ target: Match, _ key: (MatchKeys) -> [AddressTerm]?, _ wantsIPv4: Bool,
        using random: inout SeededRandom
    ) -> IPAddress {
        for _ in 0..<3 {
            guard let terms = wanted(target, key, using: &random), !terms.isEmpty else { continue }
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
