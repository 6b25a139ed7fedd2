internal import BPF
internal import NetctlABI
internal import NetTypes

/// The entries of a block list, as programs look them up. Whoever changes it has locked it.
final class BlockTable {
    private let list: HashMap<netctl_block_key, netctl_block_entry>
    private let lengths: BlockLengths

    /// How many entries one system call takes: values of 112 bytes.
    private static let chunk = 1 << 14
    /// How many entries a command looks at in search of those that have expired: a millisecond's worth.
    static let sweep = 1 << 8
    /// How long what has expired is left alone, in nanoseconds. The kernel walks over empty buckets
    /// without end, 6 ms for a million: not at each of a hundred bans a minute that end.
    static let patience: UInt64 = 60_000_000_000

    /// Opens a block list.
    init(_ maps: BlockMaps, access: MapMemory.Access = .readOnly) throws {
        lengths = try BlockLengths(maps, access: access)
        list = try HashMap(maps.list.duplicate())
    }

    /// How many entries it can hold.
    var capacity: Int { Int(list.capacity) }

    /// How many it holds, those that have expired and not been collected yet included.
    var count: Int { lengths.total }

    /// The entry of exactly these addresses, if it is in force.
    func entry(of key: netctl_block_key, at now: UInt64) throws -> netctl_block_entry? {
        guard lengths.count(BlockLength(key)) > 0, let entry = try list.value(for: key) else {
            return nil
        }
        return entry.isLive(at: now) ? entry : nil
    }

    /// The longest entry in force that holds all of a prefix, itself included: what blocks an address,
    /// and how programs find it.
    func entry(
        around prefix: IPPrefix, at now: UInt64
    ) throws -> (key: netctl_block_key, entry: netctl_block_entry)? {
        for wider in prefix.andWider {
            let key = netctl_block_key(wider)
            if let entry = try entry(of: key, at: now) { return (key, entry) }
        }
        return nil
    }

    /// Lends all entries.
    func forEach(_ body: (netctl_block_key, netctl_block_entry) -> Void) throws {
        try list.forEachBatch { keys, entries in
            for index in keys.indices { body(keys[index], entries[index]) }
        }
    }

    /// Lends some entries, in the kernel's order, and says where the next ones are; nil: there are none.
    func lend(
        from place: UInt32?, _ body: (netctl_block_key, netctl_block_entry) -> Void
    ) throws -> UInt32? {
        try list.walk(from: place, atMost: Self.chunk) { keys, entries in
            for index in keys.indices { body(keys[index], entries[index]) }
        }
    }

    // MARK: Changes

    /// Brings back what a killed command left: entries of an addition that was not whole, counts that
    /// may be wrong.
    ///
    /// - Returns: What was done, in words; nil when there was nothing to do.
    func recover() throws -> String? {
        guard lengths.isChanging else { return nil }
        let begun = lengths.adding
        var new: [netctl_block_key] = []
        if begun != 0 {
            try forEach { key, entry in if entry.added == begun { new.append(key) } }
            try list.deleteBatch(keys: new.span)
        }
        try recount()
        lengths.adding = 0
        lengths.isChanging = false
        return begun == 0
            ? "counted the block list anew after a removal that was cut short"
            : "undid an addition to the block list that was cut short"
    }

    private func recount() throws {
        var counts: [BlockLength: UInt32] = [:]
        var earliest = UInt64.max
        try forEach { key, entry in
            counts[BlockLength(key), default: 0] += 1
            if entry.expires != 0 { earliest = min(earliest, entry.expires) }
        }
        for length in BlockLength.all { lengths.set(counts[length] ?? 0, length) }
        lengths.earliest = earliest
        lengths.swept = nil
    }

    /// What ``add(_:_:at:)`` did.
    struct Addition {
        /// Entries that were not there.
        var new = 0
        /// Entries that were, and have a new end and reason now.
        var renewed = 0
    }

    /// Adds entries, all or none. One that is there gets the end and the reason; its counts stay.
    ///
    /// - Parameters:
    ///   - keys: Without duplicates.
    ///   - entry: What they are to be.
    ///   - now: Nanoseconds since boot.
    /// - Returns: How many were new.
    /// - Throws: ``Full``, or `BPFError` when the kernel has no memory for them.
    func add(
        _ keys: [netctl_block_key], _ entry: netctl_block_entry, at now: UInt64
    ) throws -> Addition {
        var (new, old) = try split(keys)
        if count + new.count > capacity {
            try makeRoom(for: keys.count, at: now)
            (new, old) = try split(keys)
        }
        guard count + new.count <= capacity else {
            throw Full(room: capacity - count, new: new.count)
        }
        lengths.adding = entry.added
        lengths.isChanging = true
        if entry.expires != 0 {
            lengths.earliest = min(earliest, entry.expires)
            lengths.earliestSeen = min(lengths.earliestSeen, entry.expires)
        }
        let counts = Self.counts(new)
        Failpoint.announceBlock.reach()
        for length in counts.keys { lengths.announce(length) }
        do {
            Failpoint.insertBlock.reach()
            try insert(new, entry)
            try renew(old, entry, at: now)
        } catch {
            // Nothing was counted yet.
            try? list.deleteBatch(keys: new.span)
            for (key, before) in old { try? list.update(key, before) }
            for length in counts.keys { lengths.add(0, length) }
            settle()
            throw error
        }
        Failpoint.countBlock.reach()
        for (length, count) in counts { lengths.add(count, length) }
        Failpoint.settleBlock.reach()
        settle()
        return Addition(new: new.count, renewed: old.count)
    }

    private func renew(
        _ old: [(netctl_block_key, netctl_block_entry)], _ entry: netctl_block_entry, at now: UInt64
    ) throws {
        for (key, before) in old {
            var renewed = entry
            if before.isLive(at: now) {
                (renewed.packets, renewed.bytes) = (before.packets, before.bytes)
                renewed.added = before.added
            }
            Failpoint.renewBlock.reach()
            try list.update(key, renewed)
        }
    }

    private func settle() {
        lengths.isChanging = false
        lengths.adding = 0
    }

    /// There is no room for all of what was to be added.
    struct Full: Error {
        /// For so many there is.
        let room: Int
        /// So many are new.
        let new: Int
    }

    /// Removes entries.
    ///
    /// - Returns: Those that were not there, or had expired.
    func remove(_ keys: [netctl_block_key], at now: UInt64) throws -> [netctl_block_key] {
        let found = try split(keys).old
        let live = found.filter { $0.1.isLive(at: now) }.count
        try delete(found.map(\.0))
        guard live < keys.count else { return [] }
        let removed = Set(found.lazy.filter { $0.1.isLive(at: now) }.map(\.0.prefix))
        return keys.filter { !removed.contains($0.prefix) }
    }

    /// Collects some of what has expired.
    func collect(at now: UInt64) throws {
        guard now >= Self.patience, earliest <= now - Self.patience else { return }
        try collectSome(at: now, atMost: Self.sweep)
    }

    /// Collects what has expired until so many entries fit, or nothing more has.
    private func makeRoom(for count: Int, at now: UInt64) throws {
        guard earliest <= now else { return }
        // To the end from where the last search stopped, then once around.
        for _ in 0..<2 {
            repeat {
                try collectSome(at: now, atMost: max(Self.sweep, min(count, 1 << 16)))
                if capacity - self.count >= count { return }
            } while lengths.swept != nil
        }
    }

    private func collectSome(at now: UInt64, atMost count: Int) throws {
        var earliest = lengths.swept == nil ? .max : lengths.earliestSeen
        var expired: [netctl_block_key] = []
        let next = try list.walk(from: lengths.swept, atMost: count) { keys, entries in
            for index in keys.indices where entries[index].expires != 0 {
                if entries[index].isLive(at: now) {
                    earliest = min(earliest, entries[index].expires)
                } else {
                    expired.append(keys[index])
                }
            }
        }
        try delete(expired)
        lengths.earliestSeen = earliest
        // Once around, it is known of all.
        if next == nil { lengths.earliest = earliest }
        lengths.swept = next
    }

    private var earliest: UInt64 { lengths.earliest == 0 ? .max : lengths.earliest }

    private func delete(_ keys: [netctl_block_key]) throws {
        guard !keys.isEmpty else { return }
        lengths.isChanging = true
        if let only = keys.first, keys.count == 1 {
            try list.delete(only)
        } else {
            try list.deleteBatch(keys: keys.span)
        }
        for (length, count) in Self.counts(keys) { lengths.add(-count, length) }
        lengths.isChanging = false
    }

    private func insert(_ keys: [netctl_block_key], _ entry: netctl_block_entry) throws {
        if let only = keys.first, keys.count == 1 { return try list.update(only, entry) }
        let entries = Array(repeating: entry, count: min(keys.count, Self.chunk))
        for start in stride(from: 0, to: keys.count, by: Self.chunk) {
            let end = min(start + Self.chunk, keys.count)
            try list.updateBatch(
                keys: keys.span.extracting(start..<end),
                values: entries.span.extracting(0..<end - start))
        }
    }

    /// Tells those that are there, expired or not, from those that are not.
    private func split(
        _ keys: [netctl_block_key]
    ) throws -> (new: [netctl_block_key], old: [(netctl_block_key, netctl_block_entry)]) {
        var old: [(netctl_block_key, netctl_block_entry)] = []
        guard count > 0 else { return (keys, []) }
        let known = Set(BlockLength.all.filter { lengths.count($0) > 0 })
        var new: [netctl_block_key] = []
        for key in keys {
            if known.contains(BlockLength(key)), let entry = try list.value(for: key) {
                old.append((key, entry))
            } else {
                new.append(key)
            }
        }
        return (new, old)
    }

    private static func counts(_ keys: [netctl_block_key]) -> [BlockLength: Int] {
        keys.reduce(into: [:]) { $0[BlockLength($1), default: 0] += 1 }
    }
}

extension IPPrefix {
    /// Itself and the prefixes that hold it, the longest first.
    var andWider: [IPPrefix] {
        switch self {
        case .v4(let prefix):
            (0...prefix.length).reversed().compactMap {
                Prefix(masking: prefix.address, length: $0).map(IPPrefix.v4)
            }
        case .v6(let prefix):
            (0...prefix.length).reversed().compactMap {
                Prefix(masking: prefix.address, length: $0).map(IPPrefix.v6)
            }
        }
    }
}
