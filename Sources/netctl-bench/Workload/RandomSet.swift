import NetTypes
import Policy

/// A set of random prefixes, and addresses inside and outside of it.
///
/// The lengths are those of block lists: of IPv4 70% /32, 15% /24, 10% /25 to /31, 5% /20 to /23,
/// uniformly placed, the worst case for caches; of IPv6 /32 to /64 and /128.
struct RandomSet<Address: IPAddressFamily> {
    /// In ascending order, each once.
    let prefixes: [Prefix<Address>]
    private let covered: IntervalSet<Address.Bits>
    private var random: Randomness

    init(count: Int, seed: UInt64, length: (inout Randomness) -> Int) {
        var random = Randomness(seed: seed)
        var prefixes: [Prefix<Address>] = []
        prefixes.reserveCapacity(count)
        while prefixes.count < count {
            while prefixes.count < count {
                let length = length(&random)
                let address = Address(bits: Self.globalBits(&random))
                if let prefix = Prefix(masking: address, length: length) { prefixes.append(prefix) }
            }
            prefixes.sort()
            prefixes = prefixes.withoutRepetitions
        }
        self.prefixes = prefixes
        covered = IntervalSet(prefixes.map { $0.address.bits...$0.lastAddress.bits })
        self.random = random
    }

    /// Addresses inside of prefixes that are drawn uniformly.
    mutating func hits(_ count: Int) -> [Address] {
        (0..<count).map { _ in
            let prefix = prefixes[random.below(prefixes.count)]
            return Address(
                bits: .random(in: prefix.address.bits...prefix.lastAddress.bits, using: &random))
        }
    }

    /// Addresses that no prefix covers.
    mutating func misses(_ count: Int) -> [Address] {
        var misses: [Address] = []
        misses.reserveCapacity(count)
        while misses.count < count {
            let bits = Self.globalBits(&random)
            if !covered.contains(bits) { misses.append(Address(bits: bits)) }
        }
        return misses
    }

    /// Any IPv4 address, or an IPv6 address of 2000::/3.
    private static func globalBits(_ random: inout Randomness) -> Address.Bits {
        let bits = Address.Bits.random(in: 0 ... .max, using: &random)
        guard Address.bitWidth == 128 else { return bits }
        return bits >> 3 | 1 << (Address.Bits(Address.bitWidth) - 3)
    }
}

extension Array where Element: Equatable {
    /// Without what equals the element before it.
    fileprivate var withoutRepetitions: [Element] {
        var kept: [Element] = []
        kept.reserveCapacity(count)
        for element in self where element != kept.last { kept.append(element) }
        return kept
    }
}

extension RandomSet<IPv4Address> {
    static func ipv4(_ count: Int, seed: UInt64) -> RandomSet {
        RandomSet(count: count, seed: seed) { random in
            switch random.below(100) {
            case 0..<70: 32
            case 70..<85: 24
            case 85..<95: 25 + random.below(7)
            default: 20 + random.below(4)
            }
        }
    }

    var addresses: AddressSet { AddressSet(ipv4: prefixes) }
}

extension RandomSet<IPv6Address> {
    static func ipv6(_ count: Int, seed: UInt64) -> RandomSet {
        let lengths = [32, 36, 40, 44, 48, 48, 56, 64, 64, 128]
        return RandomSet(count: count, seed: seed) { random in
            lengths[random.below(lengths.count)]
        }
    }

    var addresses: AddressSet { AddressSet(ipv6: prefixes) }
}
