import NetTypes
import Policy

/// A set of random prefixes, and addresses inside and outside of it.
///
/// The lengths are those of block lists: of IPv4 70% /32, 15% /24, 10% /25 to /31, 5% /20 to /23,
/// uniformly placed, the worst case for caches; of IPv6 /32 to /64 and /128.
struct RandomSet<Address: IPAddressFamily> {
    let prefixes: [Prefix<Address>]
    private let wrap: (Address) -> IPAddress

    /// Hits and misses, as sources.
    let hits, misses: [Flow]

    init(
        count: Int, flows: Int, seed: UInt64, length: (inout Randomness) -> Int,
        wrap: @escaping (Address) -> IPAddress
    ) {
        var random = Randomness(seed: seed)
        var distinct: Set<Prefix<Address>> = []
        distinct.reserveCapacity(count)
        while distinct.count < count {
            let length = length(&random)
            let address = Address(bits: Self.globalBits(&random))
            if let prefix = Prefix(masking: address, length: length) { distinct.insert(prefix) }
        }
        let prefixes = distinct.sorted()
        self.prefixes = prefixes
        self.wrap = wrap
        func flow(_ address: Address) -> Flow {
            Flow(
                src: wrap(address), dst: wrap(Address(bits: Self.globalBits(&random))),
                proto: .udp, sport: 5353, dport: 53)
        }
        hits = (0..<flows).map { _ in
            let prefix = prefixes[random.below(count)]
            return flow(
                Address(
                    bits: .random(
                        in: prefix.address.bits...prefix.lastAddress.bits, using: &random)))
        }
        var misses: [Flow] = []
        let lengths = Set(prefixes.map(\.length))
        while misses.count < flows {
            let address = Address(bits: Self.globalBits(&random))
            let isCovered = lengths.contains {
                Prefix(masking: address, length: $0).map(distinct.contains) ?? false
            }
            if !isCovered { misses.append(flow(address)) }
        }
        self.misses = misses
    }

    /// Any IPv4 address, or an IPv6 address of 2000::/3.
    private static func globalBits(_ random: inout Randomness) -> Address.Bits {
        let bits = Address.Bits.random(in: 0 ... .max, using: &random)
        guard Address.bitWidth == 128 else { return bits }
        return bits >> 3 | 1 << (Address.Bits(Address.bitWidth) - 3)
    }
}

extension RandomSet<IPv4Address> {
    static func ipv4(_ count: Int, flows: Int, seed: UInt64) -> RandomSet {
        RandomSet(
            count: count, flows: flows, seed: seed,
            length: { random in
                switch random.below(100) {
                case 0..<70: 32
                case 70..<85: 24
                case 85..<95: 25 + random.below(7)
                default: 20 + random.below(4)
                }
            }, wrap: IPAddress.v4)
    }

    var addresses: AddressSet { AddressSet(ipv4: prefixes) }
}

extension RandomSet<IPv6Address> {
    static func ipv6(_ count: Int, flows: Int, seed: UInt64) -> RandomSet {
        let lengths = [32, 36, 40, 44, 48, 48, 56, 64, 64, 128]
        return RandomSet(
            count: count, flows: flows, seed: seed,
            length: { random in lengths[random.below(lengths.count)] }, wrap: IPAddress.v6)
    }

    var addresses: AddressSet { AddressSet(ipv6: prefixes) }
}
