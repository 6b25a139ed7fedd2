import BPF
import NetTypes
import NetctlABI
import Packets
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// Sets in the kernel, a rule that counts for each, and which of them an address is in.
final class KernelLookUps {
    private let sets: [AddressSet]
    private let program: Program
    private let counters: MappedArray<netctl_counter>
    private let maps: HookMaps
    private let members4: [Members<IPv4Address>]
    private let members6: [Members<IPv6Address>]

    init(_ sets: [AddressSet]) throws {
        self.sets = sets
        let names = try sets.indices.map { try Name("set-\($0)") }
        let filter = Filter(
            name: try Name("look-up"), defaultVerdict: .pass,
            rules: names.map {
                Rule(name: $0, match: Match(MatchKeys(src: [.set($0)])), action: .count)
            })
        let compiled = try CompiledFilter(
            filter,
            sets: zip(names, sets).map {
                NamedSet(name: $0, source: .files([]), contents: .addresses($1))
            })
        maps = try HookMaps.detached(on: .xdp)
        program = try HookObject(hook: .xdp, multiBuffer: false).loadFilter(
            compiled, slots: names.indices.map { UInt32(Int(NETCTL_SLOT_RULES) + $0) }, maps: maps,
            redirects: .loopback(for: compiled))
        counters = try MappedArray(maps.counters, access: .readOnly)
        members4 = sets.map { Members($0.ipv4) }
        members6 = sets.map { Members($0.ipv6) }
    }

    /// Looks addresses up, half of them random, the others close to prefixes.
    func check(count: Int, near bits: Int, using random: inout SeededRandom) throws {
        let prefixes4 = sets.flatMap(\.ipv4)
        let prefixes6 = sets.flatMap(\.ipv6)
        var done = 0
        while done < count {
            var addresses: [IPAddress] = []
            for _ in 0..<min(10_000, count - done) {
                let near = Bool.random(using: &random)
                if Bool.random(using: &random) || prefixes6.isEmpty, !prefixes4.isEmpty {
                    addresses.append(.v4(Self.address(near ? prefixes4 : [], bits, &random)))
                } else {
                    addresses.append(.v6(Self.address(near ? prefixes6 : [], bits, &random)))
                }
            }
            try check(addresses)
            done += addresses.count
        }
    }

    /// One in a prefix, with up to so many bits at the end of others; any one without prefixes.
    private static func address<Address: IPAddressFamily>(
        _ prefixes: [Prefix<Address>], _ bits: Int, _ random: inout SeededRandom
    ) -> Address {
        let any = Address.Bits.random(in: 0...(.max), using: &random)
        guard !prefixes.isEmpty else { return Address(bits: any) }
        let prefix = prefixes[Int.random(in: prefixes.indices, using: &random)]
        let inside = any & (prefix.lastAddress.bits ^ prefix.address.bits)
        let flips =
            Bool.random(using: &random)
            ? 0
            : Address.Bits(1)
                << Address.Bits(Int.random(in: 0..<min(bits, Address.bitWidth), using: &random))
        return Address(bits: (prefix.address.bits | inside) ^ flips)
    }

    /// Looks each address up and compares the sets that counted it.
    func check(_ addresses: [IPAddress]) throws {
        var frame4 = Packet.ethernet().ipv4(src: "0.0.0.0").udp().bytes
        var frame6 = Packet.ethernet().ipv6(src: "::").udp().bytes
        var wanted = counts()
        for address in addresses {
            switch address {
            case .v4(let address):
                frame4.replaceSubrange(26..<30, with: address.networkBytes)
                _ = try program.testRun(packet: frame4)
                for (set, members) in members4.enumerated() where members.contains(address) {
                    wanted[set] += 1
                }
            case .v6(let address):
                frame6.replaceSubrange(22..<38, with: address.networkBytes)
                _ = try program.testRun(packet: frame6)
                for (set, members) in members6.enumerated() where members.contains(address) {
                    wanted[set] += 1
                }
            }
            // One by one only until the first that is wrong.
            guard addresses.count < 200 || address == addresses.last else { continue }
            let found = counts()
            #expect(found == wanted, "\(address)")
            if found != wanted { return }
        }
    }

    private func counts() -> [UInt64] {
        let blocks = counters.count / Int(NETCTL_SLOTS)
        return sets.indices.map { set in
            (0..<blocks).reduce(0) { sum, block in
                sum + counters[block * Int(NETCTL_SLOTS) + Int(NETCTL_SLOT_RULES) + set].packets
            }
        }
    }
}

/// The prefixes of a set: an address is in it if any of its beginnings is.
struct Members<Address: IPAddressFamily> {
    private let prefixes: Set<Prefix<Address>>
    private let lengths: [Int]

    init(_ prefixes: [Prefix<Address>]) {
        self.prefixes = Set(prefixes)
        lengths = Set(prefixes.map(\.length)).sorted()
    }

    func contains(_ address: Address) -> Bool {
        lengths.contains { length in
            Prefix(masking: address, length: length).map(prefixes.contains) ?? false
        }
    }
}

extension Prefix {
    /// Both sides of both ends, and the middle.
    var edges: [Address.Bits] {
        let (first, last) = (address.bits, lastAddress.bits)
        return [first, first &- 1, last, last &+ 1, first &+ (last &- first) / 2 &+ 1]
    }
}
