internal import BPF
internal import Foundation
internal import LinuxSystem
internal import NetctlABI
public import NetTypes
public import Policy
internal import SystemPackage

/// The live block list: addresses that every attachment drops before it asks a rule.
///
/// It has a lock of its own, so that nobody waits for an apply. What has expired blocks nothing from
/// that moment on; each change collects some of it.
public enum BlockList {
    /// The most entries that there can be.
    public static let capacity = Int(NETCTL_BLOCK_ENTRIES)

    /// What ``add(_:for:reason:)`` did.
    public struct Addition: Sendable {
        /// Entries that were not there.
        public let new: Int
        /// Entries that were: they have the new end and reason, and keep their counts.
        public let renewed: Int
        /// Attachments that only report: they pass what is blocked.
        public let reporting: [String]
    }

    /// Adds addresses, all or none. They are in force on every attachment when this returns.
    ///
    /// - Parameters:
    ///   - addresses: The addresses.
    ///   - duration: How long they are blocked; nil: until they are removed.
    ///   - reason: Why.
    ///   - notice: Told, in a sentence, when a command that had been cut short was undone first.
    /// - Returns: What was added, and where it is only reported.
    /// - Throws: ``DatapathError`` when nothing is attached, and when there is no room.
    public static func add(
        _ addresses: AddressSet, for duration: Duration?, reason: BlockReason,
        notice: (String) -> Void = { _ in }
    ) throws(DatapathError) -> Addition {
        try translating {
            let attempt = "add to block list"
            return try change(attempt, notice) { table, root in
                let now = BootClock.nanoseconds
                let entry = netctl_block_entry(
                    added: now, expires: duration.map { now + $0.nanoseconds } ?? 0,
                    reason: reason)
                do {
                    let done = try table.add(addresses.blockKeys, entry, at: now)
                    return Addition(
                        new: done.new, renewed: done.renewed,
                        reporting: root.reportingAttachments)
                } catch let full as BlockTable.Full {
                    throw DatapathError(
                        attempt, "\(full.new) new entries",
                        "it holds \(table.capacity) entries and has room for \(full.room) more; "
                            + "nothing was added", errno: .noSpace,
                        hint: "remove some, or put long lists into a set of the policy")
                } catch let error as BPFError {
                    throw DatapathError(
                        attempt, "\(addresses.count) entries",
                        "\(error.reason); nothing was added", errno: error.errno)
                }
            }
        }
    }

    /// What ``remove(_:)`` did.
    public struct Removal: Sendable {
        /// How many entries were removed.
        public let removed: Int
        /// What was no entry, or not any more.
        public let missing: [IPPrefix]
        /// Of these, what is blocked still, being inside a wider entry.
        public let inside: [(prefix: IPPrefix, entry: BlockEntry)]
    }

    /// Removes entries, of exactly these addresses.
    ///
    /// - Parameters:
    ///   - addresses: Their prefixes.
    ///   - notice: Told, in a sentence, when a command that had been cut short was undone first.
    /// - Returns: What was removed, and what was not.
    /// - Throws: ``DatapathError`` when nothing is attached.
    public static func remove(
        _ addresses: AddressSet, notice: (String) -> Void = { _ in }
    ) throws(DatapathError) -> Removal {
        try translating {
            try change("remove from block list", notice) { table, _ in
                let clock = BootClock.Reading()
                let now = clock.nanoseconds
                let keys = addresses.blockKeys
                let missing = try table.remove(keys, at: now).map(\.prefix)
                let inside = try missing.compactMap { prefix in
                    try table.entry(around: prefix, at: now).map {
                        (prefix, BlockEntry($0.key, $0.entry, clock))
                    }
                }
                return Removal(
                    removed: keys.count - missing.count, missing: missing, inside: inside)
            }
        }
    }

    /// Lends every entry in force, some thousand at a time, in no order.
    ///
    /// Entries that come or go meanwhile may be missing.
    ///
    /// - Parameter body: Takes some entries; what it throws ends the reading.
    /// - Throws: ``DatapathError`` when nothing is attached, and what `body` throws.
    public static func read(_ body: ([BlockEntry]) throws -> Void) throws {
        let table = try translating { try open("read block list").table }
        let clock = BootClock.Reading()
        var place: UInt32?
        repeat {
            var found: [BlockEntry] = []
            place = try translating {
                try table.lend(from: place) { key, entry in
                    guard entry.isLive(at: clock.nanoseconds) else { return }
                    found.append(BlockEntry(key, entry, clock))
                }
            }
            try body(found)
        } while place != nil
    }

    /// Every entry in force, in the order of addresses.
    ///
    /// - Throws: ``DatapathError`` when nothing is attached.
    package static func entries() throws -> [BlockEntry] {
        var entries: [BlockEntry] = []
        try read { entries += $0 }
        return entries.sorted { $0.isBefore($1) }
    }

    /// The entry that blocks an address, the longest one in force.
    ///
    /// - Throws: ``DatapathError`` when nothing is attached.
    package static func entry(blocking address: IPAddress) throws(DatapathError) -> BlockEntry? {
        try translating {
            let clock = BootClock.Reading()
            return try open("read block list").table
                .entry(around: IPPrefix(address), at: clock.nanoseconds)
                .map { BlockEntry($0.key, $0.entry, clock) }
        }
    }

    /// Changes the list, while others who would wait.
    private static func change<Result>(
        _ attempt: String, _ notice: (String) -> Void,
        _ body: (BlockTable, PinRoot) throws -> Result
    ) throws -> Result {
        guard let root = try PinRoot.existing() else { throw nothingAttached(attempt) }
        let lock = try lock(of: root, attempt)
        let table = try open(attempt, access: .readWrite).table
        if let recovered = try table.recover() { notice(recovered) }
        try table.collect(at: BootClock.nanoseconds)
        defer { _ = lock.path }
        return try body(table, root)
    }

    /// Waits for its turn.
    private static func lock(of root: PinRoot, _ attempt: String) throws -> FileLock {
        do throws(FileLockError) {
            return try BlockPins(in: root.path).lock()
        } catch {
            guard error.errno == .noSuchFileOrDirectory else {
                throw DatapathError(attempt, "another netctl changes it", "\(error)")
            }
            throw nothingAttached(attempt)
        }
    }

    private static func open(
        _ attempt: String, access: MapMemory.Access = .readOnly
    ) throws -> (table: BlockTable, root: PinRoot) {
        guard let root = try PinRoot.existing() else { throw nothingAttached(attempt) }
        do {
            return (try BlockTable(BlockPins(in: root.path).open(), access: access), root)
        } catch let error as BPFError where error.code == .notFound {
            throw nothingAttached(attempt)
        }
    }

    private static func nothingAttached(_ attempt: String) -> DatapathError {
        DatapathError(
            attempt, "this host", "nothing is attached that packets come by",
            hint: "'netctl attach IFACE' first")
    }
}

extension AddressSet {
    /// A key for each prefix.
    var blockKeys: [netctl_block_key] {
        ipv4.map { netctl_block_key(.v4($0)) } + ipv6.map { netctl_block_key(.v6($0)) }
    }
}

extension BlockEntry {
    /// The order in which people read lists: IPv4 first, then by address, then by length.
    public func isBefore(_ other: BlockEntry) -> Bool {
        switch (prefix, other.prefix) {
        case (.v4(let left), .v4(let right)): left < right
        case (.v6(let left), .v6(let right)): left < right
        case (.v4, .v6): true
        case (.v6, .v4): false
        }
    }
}

extension PinRoot {
    /// Attachments whose policy only reports.
    fileprivate var reportingAttachments: [String] {
        ((try? points()) ?? []).filter(\.hook.hasAddresses).sorted().compactMap { point in
            let pins = pins(of: point)
            guard let bodies = try? ProgramArray(Map(pinned: pins.bodies)) else { return nil }
            let reports = [
                NETCTL_BODY_ACTIVE, NETCTL_BODY_POLICY, NETCTL_BODY_CANDIDATE,
            ].contains { entry in
                guard let program = try? bodies.programID(at: entry.rawValue) else { return false }
                guard let record = try? Map(pinned: pins.record(program)) else { return false }
                return record.info.name == BodyRecord.monitoredMapName
            }
            guard reports,
                let record = try? PinnedRecord.read(AttachmentRecord.self, at: pins.attachment)
            else { return nil }
            return "\(record.interface ?? record.cgroup ?? point.pinName) \(point.hook)"
        }
    }
}
