internal import NetTypes
internal import Policy

/// Where the keys of one policy's rules come from: few addresses and ports, so that they meet.
struct RandomTerms {
    private(set) var sets: [NamedSet] = []
    private let ipv4: [IPv4Address]
    private let ipv6: [IPv6Address]
    private let ports: [UInt16]
    private var addressSets: [Name] = []
    private var portSets: [Name] = []

    init(using random: inout SeededRandom) {
        ipv4 = (0..<random.number(1...3)).map { _ in IPv4Address(bits: random.number(0 ... .max)) }
        ipv6 = (0..<random.number(1...2)).map { _ in IPv6Address(bits: random.number(0 ... .max)) }
        ports = [0, 1, 65534, 65535, 53, 443] + (0..<4).map { _ in random.number(0 ... .max) }
        for number in 0..<random.number(0...5) {
            let name = literalName("s\(number)")
            if random.chance(70) {
                addressSets.append(name)
                sets.append(addressSet(name, using: &random))
            } else {
                portSets.append(name)
                let ranges = (0..<random.number(1...8)).map { _ in range(using: &random) }
                let sorted = Array(Set(ranges)).sorted()
                sets.append(NamedSet(name: name, source: .ports(sorted), contents: .ports(sorted)))
            }
        }
    }

    /// What one rule is for.
    func match(_ style: RandomPolicy.Style, using random: inout SeededRandom) -> Match {
        let keys = keys(style, using: &random)
        guard style.negates(&random) else { return Match(keys) }
        return Match(keys, not: self.keys(style.sparse, using: &random))
    }

    private func keys(
        _ style: RandomPolicy.Style, using random: inout SeededRandom
    ) -> MatchKeys {
        var keys = fields(style, using: &random)
        if style.has(.src, &random) { keys.src = list(using: &random, addressTerm) }
        if style.has(.dst, &random) { keys.dst = list(using: &random, addressTerm) }
        if style.has(.proto, &random) { keys.proto = list(using: &random, ipProtocol) }
        if style.has(.sport, &random) { keys.sport = list(using: &random, portTerm) }
        if style.has(.dport, &random) { keys.dport = list(using: &random, portTerm) }
        return keys
    }

    /// Mostly one term.
    func list<Term>(
        using random: inout SeededRandom, _ term: (inout SeededRandom) -> Term
    ) -> [Term] {
        let count = random.one(weighted: [(70, 1...1), (25, 2...4), (5, 5...12)])
        return (0..<random.number(count)).map { _ in term(&random) }
    }

    private func addressSet(_ name: Name, using random: inout SeededRandom) -> NamedSet {
        let prefixes = (0..<random.number(0...30)).map { _ in prefix(using: &random) }
        var ipv4: [Prefix<IPv4Address>] = []
        var ipv6: [Prefix<IPv6Address>] = []
        for prefix in prefixes {
            switch prefix {
            case .v4(let prefix): ipv4.append(prefix)
            case .v6(let prefix): ipv6.append(prefix)
            }
        }
        return NamedSet(
            name: name, source: .inline(prefixes.map(AddressTerm.prefix)),
            contents: .addresses(AddressSet(ipv4: ipv4, ipv6: ipv6)))
    }

    private func addressTerm(using random: inout SeededRandom) -> AddressTerm {
        if !addressSets.isEmpty, random.chance(35) { return .set(random.one(of: addressSets)) }
        if random.chance(85) { return .prefix(prefix(using: &random)) }
        if random.chance(60) {
            let ends = [near(ipv4, using: &random), near(ipv4, using: &random)].sorted()
            if let range = AddressRange(ends[0], ends[1]) { return .range(.v4(range)) }
        }
        let ends = [near(ipv6, using: &random), near(ipv6, using: &random)].sorted()
        guard let range = AddressRange(ends[0], ends[1]) else {
            return .prefix(prefix(using: &random))
        }
        return .range(.v6(range))
    }

    /// Half of the lengths are any, 0 included; the others are those that people write.
    private func prefix(using random: inout SeededRandom) -> IPPrefix {
        if random.chance(60) {
            let length =
                random.chance(50) ? random.number(0...32) : random.one(of: [8, 16, 24, 32])
            let address = near(ipv4, using: &random)
            return .v4(Prefix(masking: address, length: length) ?? Prefix(address))
        }
        let length = random.chance(50) ? random.number(0...128) : random.one(of: [32, 48, 64, 128])
        let address = near(ipv6, using: &random)
        return .v6(Prefix(masking: address, length: length) ?? Prefix(address))
    }

    /// One of the addresses; often with other bits behind a random one.
    private func near<Address: IPAddressFamily>(
        _ addresses: [Address], using random: inout SeededRandom
    ) -> Address {
        let bits = random.one(of: addresses).bits
        if random.chance(40) { return Address(bits: bits) }
        let kept = random.number(0...Address.bitWidth)
        return Address(bits: bits ^ (random.number(0 ... .max) as Address.Bits) >> kept)
    }

    private func ipProtocol(using random: inout SeededRandom) -> IPProtocol {
        let known: [IPProtocol] = [.tcp, .udp, .sctp, .icmp, .icmpv6]
        if random.chance(85) { return random.one(of: known) }
        return IPProtocol(number: random.one(of: [0, 44, 59, 60, 255, random.number(0 ... .max)]))
    }

    private func portTerm(using random: inout SeededRandom) -> PortTerm {
        if !portSets.isEmpty, random.chance(35) { return .set(random.one(of: portSets)) }
        return .range(range(using: &random))
    }

    private func range(using random: inout SeededRandom) -> PortRange {
        let first = random.one(of: ports)
        if random.chance(60) { return PortRange(first) }
        let second = random.one(of: ports)
        return PortRange(min(first, second), max(first, second)) ?? PortRange(first)
    }
}
