import BPF
import NetTypes
import NetctlABI
import TestSupport
import Testing

@testable import Datapath

/// The block list's own book-keeping, on maps that no program looks into.
@Suite("Block table", .requiresRoot)
struct BlockTableTests {
    private static func keys(_ prefixes: String...) throws -> [netctl_block_key] {
        try prefixes.map { netctl_block_key(try IPPrefix($0)) }
    }

    private static func entry(until expires: UInt64 = 0) -> netctl_block_entry {
        netctl_block_entry(added: 1, expires: expires, reason: .none)
    }

    /// Which prefix lengths programs would look for.
    private static func lengths(_ maps: BlockMaps) throws -> Set<BlockLength> {
        let lengths = try BlockLengths(maps, access: .readOnly)
        return Set(BlockLength.all.filter { lengths.count($0) > 0 })
    }

    @Test("a full list takes nothing of what does not fit, and says how much would")
    func full() throws {
        let maps = try BlockMaps.create(capacity: 4)
        let table = try BlockTable(maps, access: .readWrite)
        _ = try table.add(Self.keys("10.0.0.0/8", "10.1.0.0/16", "10.1.1.1"), Self.entry(), at: 5)
        do {
            _ = try table.add(Self.keys("::1", "::2", "10.1.1.1"), Self.entry(), at: 5)
            Issue.record("it took more than fits")
        } catch let full as BlockTable.Full {
            #expect(full.room == 1)
            #expect(full.new == 2)
        }
        #expect(table.count == 3)
        #expect(try table.entry(of: Self.keys("::1")[0], at: 5) == nil)
        // What is there already needs no room.
        let again = try table.add(Self.keys("::1", "10.1.1.1"), Self.entry(), at: 5)
        #expect(again.new == 1)
        #expect(again.renewed == 1)
        let renewed = try table.add(Self.keys("::1"), Self.entry(until: 9), at: 5)
        #expect(renewed.renewed == 1)
        #expect(table.count == 4)
    }

    @Test("what has expired makes room")
    func expiredMakesRoom() throws {
        let table = try BlockTable(BlockMaps.create(capacity: 2), access: .readWrite)
        _ = try table.add(Self.keys("10.0.0.1", "10.0.0.2"), Self.entry(until: 10), at: 5)
        #expect(throws: BlockTable.Full.self) {
            try table.add(Self.keys("10.0.0.3"), Self.entry(), at: 9)
        }
        _ = try table.add(Self.keys("10.0.0.3"), Self.entry(), at: 10)
        #expect(table.count == 1)
    }

    @Test("a full list makes room for what comes, and leaves the rest for later")
    func roomForOne() throws {
        let count = 4 * BlockTable.sweep
        let table = try BlockTable(
            BlockMaps.create(capacity: UInt32(count)), access: .readWrite)
        let keys = (0..<UInt32(count)).map {
            netctl_block_key(IPPrefix(.v4(IPv4Address(bits: $0))))
        }
        _ = try table.add(keys, Self.entry(until: 10), at: 5)
        _ = try table.add(Self.keys("2001:db8::1"), Self.entry(), at: 10)
        #expect(table.count >= count - BlockTable.sweep)
        // All of it, when all of it is needed.
        _ = try table.add(Array(keys.dropFirst()), Self.entry(), at: 10)
        #expect(table.count == count)
        #expect(try table.entry(of: keys[0], at: 10) == nil)
        #expect(try table.entry(of: keys[1], at: 10) != nil)
    }

    @Test("an entry that is added again keeps its counts, unless it had expired")
    func keepsCounts() throws {
        let maps = try BlockMaps.create(capacity: 4)
        let table = try BlockTable(maps, access: .readWrite)
        let key = try Self.keys("10.0.0.1")[0]
        let list = try HashMap<netctl_block_key, netctl_block_entry>(maps.list.duplicate())
        var hit = Self.entry(until: 10)
        hit.packets = 7
        hit.bytes = 700
        _ = try table.add([key], Self.entry(until: 10), at: 5)
        try list.update(key, hit)
        _ = try table.add([key], Self.entry(until: 20), at: 6)
        let kept = try #require(try table.entry(of: key, at: 6))
        #expect(kept.packets == 7 && kept.bytes == 700 && kept.expires == 20)
        _ = try table.add([key], Self.entry(until: 40), at: 30)
        #expect(try #require(try table.entry(of: key, at: 30)).packets == 0)
    }

    @Test("an expired entry hides no shorter one, and is none to be removed")
    func overlapping() throws {
        let table = try BlockTable(BlockMaps.create(capacity: 8), access: .readWrite)
        _ = try table.add(Self.keys("10.0.0.0/8"), Self.entry(), at: 5)
        _ = try table.add(Self.keys("10.1.0.0/16", "10.1.1.0/24"), Self.entry(until: 10), at: 5)
        let address = try IPPrefix("10.1.1.1")
        #expect(
            try table.entry(around: address, at: 9)?.key.prefix == IPPrefix("10.1.1.0/24"))
        #expect(try table.entry(around: address, at: 10)?.key.prefix == IPPrefix("10.0.0.0/8"))
        let missing = try table.remove(Self.keys("10.1.1.0/24", "10.0.0.0/8", "::1"), at: 10)
        #expect(try missing.map(\.prefix) == [IPPrefix("10.1.1.0/24"), IPPrefix("::1")])
        #expect(try table.entry(around: address, at: 10) == nil)
        #expect(table.count == 1)
    }

    @Test("a length is looked for while it has entries, and no longer")
    func lengths() throws {
        let maps = try BlockMaps.create(capacity: 8)
        let table = try BlockTable(maps, access: .readWrite)
        let keys = try Self.keys("0.0.0.0/0", "10.0.0.1", "::/0", "2001:db8::/64", "2001:db8::1")
        _ = try table.add(keys, Self.entry(), at: 5)
        let guardian = try MappedArray<netctl_block_guard>(maps.guardian, access: .readOnly)
        #expect(guardian[0].ipv4 == 1 << 32 | 1)
        #expect(guardian[0].ipv6 == (1, 1, 1))
        #expect(try table.remove(keys, at: 5).isEmpty)
        #expect(guardian[0].ipv4 == 0)
        #expect(guardian[0].ipv6 == (0, 0, 0))
        #expect(table.count == 0)
    }

    @Test("500,000 entries that expire at once are collected some at a time")
    func massExpiry() throws {
        let table = try BlockTable(BlockMaps.create(capacity: 1 << 20), access: .readWrite)
        let keys = (0..<500_000).map { netctl_block_key(IPPrefix(.v4(IPv4Address(bits: $0)))) }
        let done = try table.add(keys, Self.entry(until: 10), at: 5)
        #expect(done.new == 500_000)
        _ = try table.add(Self.keys("2001:db8::/64"), Self.entry(), at: 5)
        try table.collect(at: 10 + BlockTable.patience - 1)
        #expect(table.count == 500_001)
        var rounds = 0
        while table.count > 1, rounds < 4000 {
            let before = table.count
            try table.collect(at: 10 + BlockTable.patience)
            #expect(before - table.count <= BlockTable.sweep)
            rounds += 1
        }
        #expect(rounds >= 500_000 / BlockTable.sweep)
        #expect(table.count == 1)
        #expect(try Self.lengthsLeft(table) == ["2001:db8::/64"])
    }

    private static func lengthsLeft(_ table: BlockTable) throws -> [String] {
        var left: [String] = []
        try table.forEach { key, _ in left.append(key.prefix.description) }
        return left
    }

    @Test("what a killed command left is counted anew")
    func recovers() throws {
        let maps = try BlockMaps.create(capacity: 8)
        let table = try BlockTable(maps, access: .readWrite)
        _ = try table.add(Self.keys("10.0.0.1", "10.0.0.2"), Self.entry(until: 10), at: 5)
        // Killed behind its entries, before they were counted; and one length is announced in vain.
        let lengths = try BlockLengths(maps, access: .readWrite)
        lengths.isChanging = true
        lengths.announce(BlockLength(family: 6, length: 64))
        let list = try HashMap<netctl_block_key, netctl_block_entry>(maps.list.duplicate())
        for key in try Self.keys("10.2.0.0/16", "::1") { try list.update(key, Self.entry()) }
        #expect(try table.recover() != nil)
        #expect(try table.recover() == nil)
        #expect(table.count == 4)
        #expect(
            try Self.lengths(maps) == [
                BlockLength(family: 4, length: 32), BlockLength(family: 4, length: 16),
                BlockLength(family: 6, length: 128),
            ])
        let guardian = try MappedArray<netctl_block_guard>(maps.guardian, access: .readOnly)
        #expect(guardian[0].ipv6 == (1, 0, 0))
        // And what expires is found.
        try table.collect(at: 10 + BlockTable.patience)
        #expect(table.count == 2)
    }

    @Test("an addition that was killed is undone; what was there before is still there")
    func undoesAddition() throws {
        let maps = try BlockMaps.create(capacity: 8)
        let table = try BlockTable(maps, access: .readWrite)
        var before = Self.entry()
        before.added = 3
        _ = try table.add(Self.keys("10.0.0.1"), before, at: 3)
        let lengths = try BlockLengths(maps, access: .readWrite)
        lengths.adding = 5
        lengths.isChanging = true
        var entry = Self.entry()
        entry.added = 5
        let list = try HashMap<netctl_block_key, netctl_block_entry>(maps.list.duplicate())
        for key in try Self.keys("10.2.0.0/16", "::1") { try list.update(key, entry) }
        #expect(try table.recover() == "undid an addition to the block list that was cut short")
        #expect(table.count == 1)
        #expect(try Self.lengthsLeft(table) == ["10.0.0.1/32"])
        #expect(try Self.lengths(maps) == [BlockLength(family: 4, length: 32)])
    }

    @Test("reasons are a line that fits")
    func reasons() throws {
        #expect(BlockReason(String(repeating: "x", count: 80)) != nil)
        #expect(BlockReason(String(repeating: "x", count: 81)) == nil)
        #expect(BlockReason("two\nlines") == nil)
        #expect(BlockReason("ä") != nil)
    }
}
