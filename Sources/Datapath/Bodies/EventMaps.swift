package import BPF
internal import LinuxSystem
internal import NetctlABI
internal import SystemPackage

/// What the programs that make events and those who read them share: `bpf/lib/readers.h`.
///
/// Those of the attachments are pinned beside them, made with the first body. A reader of the kernel's
/// drops alone makes its own.
package final class EventMaps: Sendable {
    /// Their names in C.
    package static let names: Set<String> = [
        "event_guard", "event_readers", "event_rings", "event_counts", "event_own_drop",
    ]

    /// Whether anybody reads.
    package let eventGuard: Map
    /// What each reader wants.
    package let readers: Map
    /// Each reader's ring buffer.
    package let rings: MapArray
    /// What became of each reader's events.
    package let counts: Map
    /// The last drop of a program of ours, on each CPU.
    package let ownDrop: Map

    /// Makes maps that nobody else uses.
    ///
    /// - Throws: `BPFError`.
    package init() throws(BPFError) {
        let template = try RingBuffer.create(name: "event_ring", bytes: 4096)
        eventGuard = try Self.array("event_guard", of: netctl_guard.self, count: 1)
        readers = try Self.array(
            "event_readers", of: netctl_reader.self, count: UInt32(NETCTL_READERS_MAX))
        rings = try MapArray.create(
            name: "event_rings", count: UInt32(NETCTL_READERS_MAX), of: template)
        counts = try Map.create(
            type: .perCPUArray, name: "event_counts", keySize: 4,
            valueSize: UInt32(MemoryLayout<netctl_event_count>.size),
            maxEntries: UInt32(NETCTL_READERS_MAX) * NETCTL_HOOK_MAX.rawValue)
        ownDrop = try Map.create(
            type: .perCPUArray, name: "event_own_drop", keySize: 4,
            valueSize: UInt32(MemoryLayout<netctl_own_drop>.size), maxEntries: 1)
    }

    private static func array<Value>(
        _ name: String, of type: Value.Type, count: UInt32
    ) throws(BPFError) -> Map {
        try Map.create(
            type: .array, name: name, keySize: 4, valueSize: UInt32(MemoryLayout<Value>.size),
            maxEntries: count, flags: .memoryMappable)
    }

    /// Has a program use these maps. Those that its object has not are none of its own.
    package func use(in object: inout OpenObject) throws(BPFError) {
        for name in object.mapNames {
            switch name {
            case "event_guard": try use(eventGuard, as: name, in: &object)
            case "event_readers": try use(readers, as: name, in: &object)
            case "event_rings": try use(rings.map, as: name, in: &object)
            case "event_counts": try use(counts, as: name, in: &object)
            case "event_own_drop": try use(ownDrop, as: name, in: &object)
            default: break
            }
        }
    }

    private func use(
        _ map: borrowing Map, as name: String, in object: inout OpenObject
    ) throws(BPFError) {
        try object.setAutocreate(map: name, true)
        try object.reuse(map: name, map.descriptor)
    }

    // MARK: Pins

    init(pinned folder: FilePath) throws(BPFError) {
        eventGuard = try Map(pinned: folder.appending("guard"))
        readers = try Map(pinned: folder.appending("readers"))
        rings = try MapArray(Map(pinned: folder.appending("rings")))
        counts = try Map(pinned: folder.appending("counts"))
        ownDrop = try Map(pinned: folder.appending("own-drop"))
    }

    fileprivate func pin(in folder: FilePath) throws(BPFError) {
        try readers.pin(at: folder.appending("readers"))
        try rings.map.pin(at: folder.appending("rings"))
        try counts.pin(at: folder.appending("counts"))
        try ownDrop.pin(at: folder.appending("own-drop"))
        // Last: by it a reader knows that they are all there.
        try eventGuard.pin(at: folder.appending("guard"))
    }
}

extension PinRoot {
    /// The name of the folder of ``EventMaps``.
    static let eventsName = "events"

    private var events: FilePath { path.appending(Self.eventsName) }

    /// The maps of events, made now if there are none. Under the lock.
    func eventMaps() throws -> EventMaps {
        if let maps = try? EventMaps(pinned: events) { return maps }
        try removeEventMaps()
        try Directory.make(events.string, mode: 0o700)
        let maps = try EventMaps()
        try maps.pin(in: events)
        return maps
    }

    /// Removes the maps of events: no program uses them any more.
    func removeEventMaps() throws {
        guard try Directory.entries(at: path.string).contains(Self.eventsName) else { return }
        for name in try Directory.entries(at: events.string) {
            try Directory.unlink(events.appending(name).string)
        }
        try Directory.remove(events.string)
    }
}

extension EventMaps {
    /// The maps of what is attached now, and who changes which readers there are: one at a time.
    ///
    /// - Parameter body: Lent the maps while no other reader comes or goes; nil when nothing is
    ///   attached that makes events.
    /// - Returns: What `body` returns.
    /// - Throws: ``DatapathError``, `.unsupported` for want of privileges; and what `body` throws.
    package static func withPinned<Result>(
        _ body: (EventMaps?) throws -> Result
    ) throws -> Result {
        guard let root = try PinRoot.existing(),
            let lock = try? FileLock(
                path: root.path.appending(PinRoot.eventsName).string, waitingUpTo: .seconds(10))
        else { return try body(nil) }
        defer { _ = lock.path }
        return try body(
            try? EventMaps(pinned: root.path.appending(PinRoot.eventsName)))
    }

    /// The id of the pinned guard: it changes when the last attachment has gone and another came. Nil
    /// when there is none.
    package static func pinnedGuardID() throws -> UInt32? {
        guard let root = try PinRoot.existing() else { return nil }
        return try? Map(pinned: root.path.appending(PinRoot.eventsName).appending("guard")).info.id
    }
}
