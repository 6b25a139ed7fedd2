import NetTypes
import NetctlABI
import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// The search of lengths against a look-up of each length, on prefixes that cover each other in every
/// way.
@Suite("IPv6 search")
struct IPv6SearchTests {
    private static func check(
        _ table: [ClassifiedPrefix<IPv6Address>], at addresses: [UInt128], _ seed: UInt64 = 0
    ) {
        var random = SeededRandom(seed: seed)
        let search = IPv6Search(table, using: &random)
        let reference = PrefixLookup(table)
        for bits in addresses {
            let address = IPv6Address(bits: bits)
            let (found, meant) = (search.class_(of: address), reference.class_(of: address) ?? 0)
            guard found == meant else {
                Issue.record("\(address): class \(found), not \(meant); seed \(seed)")
                return
            }
        }
    }

    @Test("random prefixes of one to five sets", arguments: 0..<40)
    func random(round: Int) throws {
        let seed = UInt64(round)
        var random = SeededRandom(seed: seed)
        // Narrow parts of the space, so that prefixes meet.
        let mask: UInt128 =
            switch round % 4 {
            case 0: .max
            case 1: 0x3_ffff << 110
            case 2: 0x3_ffff
            default: 0x1f << 123 | 0x1f << 62 | 0x1f
            }
        let sets = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            (0..<Int.random(in: 0...400, using: &random)).compactMap { _ in
                Prefix(
                    masking: IPv6Address(
                        bits: UInt128.random(in: 0...(.max), using: &random) & mask),
                    length: Int.random(in: 0...128, using: &random))
            }
        }
        let table = try classified(sets)
        let addresses =
            sets.joined().flatMap(\.edges)
            + (0..<4_000).map { _ in UInt128.random(in: 0...(.max), using: &random) & mask }
        Self.check(table, at: addresses, seed)
    }

    @Test("every length nested, from /0 to /128, at both ends of the space")
    func nested() throws {
        for bits in [UInt128.min, .max, 1 << 127, .max >> 1] {
            let prefixes = (0...128).compactMap {
                Prefix(masking: IPv6Address(bits: bits), length: $0)
            }
            // Each of a set of its own: no class is that of the prefix around it.
            let table = try classified(prefixes.map { [$0] })
            #expect(table.count == 129)
            Self.check(table, at: prefixes.flatMap(\.edges))
        }
    }

    @Test("no prefix, and one that covers everything")
    func fewest() {
        let empty = IPv6Search([])
        #expect(empty.lines.isEmpty && empty.tree.first_length == 0)
        #expect(empty.class_(of: IPv6Address(bits: 1)) == 0)
        let all = Prefix(masking: IPv6Address(bits: 0), length: 0)
        Self.check(
            all.map { [ClassifiedPrefix(prefix: $0, class_: 7)] } ?? [], at: [0, 1, .max])
    }

    @Test("a marker has the class of what covers it, not of what it leads to")
    func marker() throws {
        func prefix(_ length: Int) throws -> Prefix<IPv6Address> {
            try #require(Prefix(masking: IPv6Address(bits: 0x2001_0db8 << 96 | 1), length: length))
        }
        // Of three lengths the middle one is looked at first: /64 needs a marker there.
        let table = try classified([
            [prefix(32)], [prefix(64)], [Prefix(IPv6Address(bits: 0xfd << 120 | 1))],
            [#require(Prefix(masking: IPv6Address(bits: 0xfe << 120), length: 48))],
        ])
        let below = UInt128(0x2001_0db8) << 96
        Self.check(table, at: [below, below | 1 << 64, below | 1 << 80, below | 1 << 95])
    }

    @Test(
        "an address takes eight steps at most, whatever lengths there are and however many of each")
    func depth() {
        var random = SeededRandom(seed: 1)
        for round in 0..<50 {
            let weights = (0...128).map { length in
                length == 0 || (round > 0 && Bool.random(using: &random))
                    ? 0 : 1 << Int.random(in: 0...24, using: &random)
            }
            let tree = LengthTree(
                prefixes: weights, beginnings: weights, stepsMax: NETCTL_SEARCH6_STEPS)
            func depth(_ node: Int) -> Int {
                node == 0
                    ? 0
                    : 1 + max(depth(tree.nodes[node].shorter), depth(tree.nodes[node].longer))
            }
            #expect(depth(tree.first) <= NETCTL_SEARCH6_STEPS)
            for length in 1...128 where weights[length] > 0 {
                #expect(tree.reaches(length), "length \(length), round \(round)")
            }
        }
    }

    @Test("when there is no room, another seed and more lines are taken")
    func reseeding() throws {
        let prefixes = (0..<2_000).map { Prefix(IPv6Address(bits: UInt128($0) << 70 | 5)) }
        let table = try classified([prefixes])
        // Each seed in turn: none may lose an entry.
        for seed in 0..<20 { Self.check(table, at: prefixes.flatMap(\.edges), UInt64(seed)) }
    }
}

extension LengthTree {
    /// Whether a search that finds entries of this length alone comes to it.
    fileprivate func reaches(_ length: Int) -> Bool {
        var node = first
        while node != length, node != 0 {
            node = node < length ? nodes[node].longer : nodes[node].shorter
        }
        return node == length
    }
}
