import NetTypes
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// What is refused before any of it is made, with its sizes.
@Suite("Memory budget")
struct MemoryBudgetTests {
    private static let tables = [
        ("filter inbound", TableRecord("src ipv4", "trie", entries: 1_000_000, bytes: 120 << 20)),
        ("filter inbound", TableRecord("src ipv6", "hashes", entries: 9, bytes: 3 << 20)),
        ("filter outbound", TableRecord("dst ipv4", "trie", entries: 5, bytes: 70 << 20)),
        ("filter outbound", TableRecord("rules", "array", entries: 5, bytes: 1)),
    ].map { (use: $0.0, table: $0.1) }

    private static func refusal(_ megabytes: Int, building: Bool = false) -> String? {
        let budget = MemoryBudget(available: megabytes << 20, source: "memory.max of cgroup /a")
        do {
            try budget.require("apply policy 'edge'", tables, building: building)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("what fits is made; what does not is named with its sizes, the largest first")
    func sizes() {
        #expect(Self.refusal(194) == nil)
        #expect(
            Self.refusal(193)
                == "apply policy 'edge': its tables: they take 194 MB (src ipv4 of filter inbound "
                + "120 MB, dst ipv4 of filter outbound 70 MB, src ipv6 of filter inbound 3 MB), "
                + "beside those in force, and memory.max of cgroup /a leaves 193 MB (ENOMEM); use "
                + "fewer or shorter sets, or give it more memory; nothing was changed")
    }

    @Test("what has yet to be built takes twice as much")
    func building() {
        #expect(Self.refusal(388, building: true) == nil)
        #expect(
            Self.refusal(386, building: true)?.contains(
                "and as much again while they are built, beside those in force") == true)
    }

    @Test("what tables take at least is known before they are built", arguments: [100, 50_000])
    func least(count: Int) throws {
        var random = SeededRandom(seed: 5)
        let set = AddressSet(
            ipv4: (0..<count).map { _ in
                Prefix(IPv4Address(bits: .random(in: 0...(.max), using: &random)))
            },
            ipv6: (0..<count).map { _ in
                Prefix(IPv6Address(bits: .random(in: 0...(.max), using: &random)))
            })
        let name = try Name("random")
        let rule = Rule(name: name, match: Match(MatchKeys(src: [.set(name)])), action: .drop)
        let filter = try CompiledFilter(
            Filter(name: name, defaultVerdict: .pass, rules: [rule]),
            sets: [NamedSet(name: name, source: .files([]), contents: .addresses(set))])
        let side = try #require(AddressSide.all(of: filter).first)
        #expect(side.table.leastBytes <= side.records.bytes)
        #expect(2 * side.table.leastBytes + (1 << 20) >= side.records.bytes)
    }
}
