import NetTypes
import Policy

/// Filters of random rules, each of which looks at all five fields, and flows for them.
struct RandomRules {
    let filter: Filter
    /// Half of them made to match a rule, half of them random.
    let flows: [Flow]

    init(count: Int, flows flowCount: Int, seed: UInt64) throws {
        var random = Randomness(seed: seed)
        let kinds = (0..<count).map { _ in Kind(&random) }
        let rules = try kinds.enumerated().map { number, kind in
            Rule(name: try Name("r\(number)"), match: kind.match, action: .drop)
        }
        filter = Filter(name: try Name("bench"), defaultVerdict: .pass, rules: rules)
        flows = (0..<flowCount).map { number in
            number % 2 == 0 && count > 0
                ? kinds[random.below(count)].flow(&random) : Kind.anyFlow(&random)
        }
    }

    /// One rule: prefixes on both sides, a protocol, a range of ports on both sides.
    private struct Kind {
        let src, dst: Prefix<IPv4Address>
        let proto: IPProtocol
        let sport, dport: ClosedRange<UInt16>

        private static let lengths = [16, 20, 24, 24, 24, 26, 28, 30, 32, 32]
        private static let services: [UInt16] = [22, 25, 53, 80, 123, 443, 993, 3306, 5432, 8080]

        init(_ random: inout Randomness) {
            src = Self.prefix(&random)
            dst = Self.prefix(&random)
            proto = random.below(10) < 7 ? .tcp : .udp
            let low = UInt16(random.below(60000))
            sport = low...low + UInt16(random.below(5000))
            if random.below(10) < 4 {
                let service = Self.services[random.below(Self.services.count)]
                dport = service...service
            } else {
                let low = UInt16(random.below(60000))
                dport = low...low + UInt16(random.below(2000))
            }
        }

        var match: Match {
            Match(
                MatchKeys(
                    src: [.prefix(.v4(src))], dst: [.prefix(.v4(dst))], proto: [proto],
                    sport: Self.term(sport), dport: Self.term(dport)))
        }

        func flow(_ random: inout Randomness) -> Flow {
            Flow(
                src: .v4(Self.address(in: src, &random)), dst: .v4(Self.address(in: dst, &random)),
                proto: proto, sport: UInt16.random(in: sport, using: &random),
                dport: UInt16.random(in: dport, using: &random))
        }

        static func anyFlow(_ random: inout Randomness) -> Flow {
            Flow(
                src: .v4(IPv4Address(bits: UInt32.random(in: 0 ... .max, using: &random))),
                dst: .v4(IPv4Address(bits: UInt32.random(in: 0 ... .max, using: &random))),
                proto: random.below(2) == 0 ? .tcp : .udp,
                sport: UInt16.random(in: 0 ... .max, using: &random),
                dport: UInt16.random(in: 0 ... .max, using: &random))
        }

        private static func prefix(_ random: inout Randomness) -> Prefix<IPv4Address> {
            let bits = UInt32.random(in: 0 ... .max, using: &random)
            let length = lengths[random.below(lengths.count)]
            return Prefix(masking: IPv4Address(bits: bits), length: length)
                ?? Prefix(IPv4Address(bits: bits))
        }

        private static func address(
            in prefix: Prefix<IPv4Address>, _ random: inout Randomness
        ) -> IPv4Address {
            IPv4Address(
                bits: UInt32.random(
                    in: prefix.address.bits...prefix.lastAddress.bits, using: &random))
        }

        private static func term(_ range: ClosedRange<UInt16>) -> [PortTerm] {
            PortRange(range.lowerBound, range.upperBound).map { [.range($0)] } ?? []
        }
    }
}
