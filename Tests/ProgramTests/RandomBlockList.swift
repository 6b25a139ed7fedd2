import BPF
import NetTypes
import NetctlABI
import Policy
import TestSupport

@testable import Datapath
@testable import PolicyCompiler

/// A block list that some packets are in.
struct RandomBlockList {
    private(set) var blocked: [IPPrefix] = []
    private(set) var expired: [IPPrefix] = []

    /// Prefixes of all lengths around the addresses of packets, some of which have expired: beside,
    /// inside and around others that have not.
    init(around packets: [SeenPacket], using random: inout SeededRandom) {
        let addresses = packets.prefix(200).flatMap(Self.addresses)
        guard !addresses.isEmpty else { return }
        var known: Set<IPPrefix> = []
        for _ in 0..<random.number(1...12) {
            let prefix = Self.prefix(around: random.one(of: addresses), using: &random)
            guard known.insert(prefix).inserted else { continue }
            if random.chance(30) { expired.append(prefix) } else { blocked.append(prefix) }
        }
    }

    private static func addresses(of packet: SeenPacket) -> [IPAddress] {
        guard let read = try? ReferencePacket(packet) else { return [] }
        return [read.source, read.destination].compactMap {
            if case .value(let address) = $0 { address } else { nil }
        }
    }

    private static func prefix(
        around address: IPAddress, using random: inout SeededRandom
    ) -> IPPrefix {
        switch address {
        case .v4(let address):
            let length = random.one(weighted: [(40, 32...32), (55, 8...31), (5, 0...7)])
            return Prefix(masking: address, length: random.number(length)).map(IPPrefix.v4)
                ?? IPPrefix(.v4(address))
        case .v6(let address):
            let length = random.one(weighted: [
                (30, 128...128), (30, 65...127), (35, 8...64), (5, 0...7),
            ])
            return Prefix(masking: address, length: random.number(length)).map(IPPrefix.v6)
                ?? IPPrefix(.v6(address))
        }
    }
}

extension CounterBench {
    /// Makes these the block list.
    func block(_ blocked: [IPPrefix], expired: [IPPrefix] = []) throws {
        guard let maps = maps.addresses?.block else { return }
        let table = try BlockTable(maps, access: .readWrite)
        _ = try table.remove(blockedKeys, at: 2)
        blockedKeys = (blocked + expired).map(netctl_block_key.init)
        for (prefixes, expires) in [(blocked, 0), (expired, 1)] as [([IPPrefix], UInt64)] {
            let entry = netctl_block_entry(added: 1, expires: expires, reason: .none)
            // A time before the end, so that nothing is collected.
            _ = try table.add(prefixes.map(netctl_block_key.init), entry, at: 0)
        }
    }
}
