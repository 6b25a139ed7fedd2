import NetTypes
import NetctlABI
import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// The trie against a look-up of each length, on prefixes that cover each other in every way.
@Suite("IPv4 trie")
struct IPv4TrieTests {
    private static func check(
        _ table: [ClassifiedPrefix<IPv4Address>], at addresses: [UInt32], _ seed: UInt64 = 0
    ) {
        let trie = IPv4Trie(table, .init(table))
        let reference = PrefixLookup(table)
        for bits in addresses {
            let address = IPv4Address(bits: bits)
            let (found, meant) = (trie.class_(of: address), reference.class_(of: address) ?? 0)
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
        // A narrow part of the space, so that prefixes meet.
        let mask: UInt32 = round % 2 == 0 ? 0x0003_ffff : .max
        let sets = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            (0..<Int.random(in: 0...400, using: &random)).compactMap { _ in
                Prefix(
                    masking: IPv4Address(
                        bits: UInt32.random(in: 0...(.max), using: &random) & mask),
                    length: Int.random(in: 0...32, using: &random))
            }
        }
        let table = try classified(sets)
        let addresses =
            sets.joined().flatMap(\.edges)
            + (0..<4_000).map { _ in UInt32.random(in: 0...(.max), using: &random) & mask }
        Self.check(table, at: addresses, seed)
    }

    @Test("every length nested, from /0 to /32, at both ends of the space")
    func nested() throws {
        for bits in [UInt32.min, .max, 0x8000_0000, 0x7fff_ffff] {
            let prefixes = (0...32).compactMap {
                Prefix(masking: IPv4Address(bits: bits), length: $0)
            }
            // Each of a set of its own: no class is that of the prefix around it.
            let table = try classified(prefixes.map { [$0] })
            #expect(table.count == 33)
            Self.check(table, at: prefixes.flatMap(\.edges))
        }
    }

    @Test("a /32 beside its /24, of the same set and of others; addresses that fall back outside")
    func leaf() throws {
        func prefix(_ text: String) throws -> Prefix<IPv4Address> {
            guard case .v4(let prefix) = try IPPrefix(text) else { throw Odd() }
            return prefix
        }
        struct Odd: Error {}
        let sets = try [
            ["10.1.2.0/24", "10.1.3.7/32", "10.1.4.0/25"], ["10.1.2.9/32", "10.1.3.8/29"],
            ["10.1.2.10/31", "10.1.3.200/32", "10.1.4.64/26"],
        ].map { try $0.map(prefix) }
        let table = try classified(sets)
        Self.check(table, at: (0x0a01_0100...0x0a01_0500).map { UInt32($0) })
        let trie = IPv4Trie(table, .init(table))
        #expect(!trie.leaves.isEmpty)
        #expect(trie.blocks.count > 256, "three classes in a /24 need a block of their own")
    }

    @Test("ranked, where that takes less memory; short prefixes and three classes beside them")
    func ranked() throws {
        var random = SeededRandom(seed: 9)
        let spread = (0..<40_000).compactMap { index in
            Prefix(
                masking: IPv4Address(
                    bits: UInt32(index) << 16 | UInt32.random(in: 0...0xffff, using: &random)),
                length: Int.random(in: 17...32, using: &random))
        }
        let short = (0...16).compactMap {
            Prefix(masking: IPv4Address(bits: 0x4bcd_0000), length: $0)
        }
        // Three classes in one /24.
        let third = spread[7].address.bits & ~0xff
        let mixed = [0, 1, 2].compactMap {
            Prefix(masking: IPv4Address(bits: third | $0 << 4), length: 30)
        }
        let table = try classified(
            [spread, short, [short[3], short[9], mixed[0]], [mixed[1]], [mixed[2]]])
        // In variables: a test that fails shows what its expression held, and these hold megabytes.
        let (isRanked, bytes) = { ($0.isRanked, $0.root.count * 4) }(IPv4Trie(table, .init(table)))
        #expect(isRanked && bytes == 65_536 * 4 + IPv4Rank.bytes)
        let prefixes = short + mixed + spread.prefix(2_000) + spread.suffix(2_000)
        Self.check(
            table,
            at: prefixes.flatMap(\.edges)
                + (0..<20_000).map { _ in UInt32.random(in: 0...(.max), using: &random) })
        let few = try IPv4Trie.Size(classified([Array(spread.prefix(20))]))
        #expect(!few.isSmallerRanked && few.blocks == 20)
        let more = try IPv4Trie.Size(classified([Array(spread.prefix(4_000))]))
        #expect(more.isSmallerRanked && more.blocks == 4_000)
        // Each of these has 128 /24s, and a block takes no more.
        let halves = (0..<10_000).compactMap {
            Prefix(masking: IPv4Address(bits: UInt32($0) << 16), length: 17)
        }
        let wide = try IPv4Trie.Size(classified([halves]))
        #expect(!wide.isSmallerRanked && wide.nets == 1_280_000)
    }

    @Test("what few prefixes take: the root, a block for the /16, a leaf for the /24")
    func size() throws {
        let one = try #require(Prefix(masking: IPv4Address(bits: 0xc000_0201), length: 32))
        let table = try classified([[one]])
        let trie = IPv4Trie(table, .init(table))
        #expect(trie.root.count == 65_536)
        #expect(trie.blocks.count == 256)
        #expect(trie.leaves.count == 1)
        let empty = IPv4Trie([], .init([]))
        #expect(empty.blocks.isEmpty && empty.leaves.isEmpty)
        #expect(empty.class_(of: IPv4Address(bits: 0)) == 0)
    }
}
