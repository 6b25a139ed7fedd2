internal import BPF
internal import LinuxSystem
internal import NetctlABI
internal import SystemPackage

/// The two maps of the block list.
final class BlockMaps {
    /// Which prefix lengths there are.
    let guardian: Map
    /// The entries.
    let list: Map

    init(_ guardian: consuming Map, _ list: consuming Map) {
        self.guardian = guardian
        self.list = list
    }

    /// Makes an empty one. It takes 16 bytes of memory for each entry that it can hold, and 192 more for
    /// each that it does.
    static func create(capacity: UInt32) throws -> BlockMaps {
        let guardian = try Map.create(
            type: .array, name: "block_guard", keySize: 4,
            valueSize: UInt32(MemoryLayout<netctl_block_guard>.size), maxEntries: 1,
            flags: .memoryMappable)
        let list = try Map.create(
            type: .hash, name: "block_list",
            keySize: UInt32(MemoryLayout<netctl_block_key>.size),
            valueSize: UInt32(MemoryLayout<netctl_block_entry>.size), maxEntries: capacity,
            flags: .noPreallocation)
        return BlockMaps(guardian, list)
    }
}

/// Where the block list is pinned: a folder beside those of the attachments, which is its lock, too.
struct BlockPins {
    /// `/sys/fs/bpf/netctl/block`.
    let folder: FilePath

    init(in root: FilePath) { folder = root.appending("block") }

    private var guardian: FilePath { folder.appending("guard") }
    /// The entries. Pinned last and removed first: the list exists when this does.
    private var list: FilePath { folder.appending("list") }

    /// Whether there is a block list.
    var isComplete: Bool { (try? FileIdentity(path: list.string)) != nil }

    /// Opens it.
    ///
    /// - Throws: `BPFError`, `.notFound` when there is none.
    func open() throws -> BlockMaps {
        try BlockMaps(Map(pinned: guardian), Map(pinned: list))
    }

    /// Opens it, or makes it now that the first attachment is made. What a killed command left of one
    /// is made anew.
    func openOrCreate() throws -> BlockMaps {
        if isComplete { return try open() }
        try remove()
        try Directory.make(folder.string, mode: 0o700)
        let maps = try BlockMaps.create(capacity: UInt32(NETCTL_BLOCK_ENTRIES))
        try maps.guardian.pin(at: guardian)
        try maps.list.pin(at: list)
        return maps
    }

    /// Keeps other commands from changing it.
    func lock() throws(FileLockError) -> FileLock {
        try FileLock(path: folder.string, waitingUpTo: PinRoot.lockWait)
    }

    /// Removes it, behind the last attachment. Without a folder nothing is done.
    ///
    /// - Returns: How many entries it had.
    @discardableResult func remove() throws -> Int {
        guard (try? FileIdentity(path: folder.string)) != nil else { return 0 }
        let lock = try lock()
        defer { _ = lock.path }
        let entries = (try? BlockTable(open()).count) ?? 0
        // Half made, it lacks one; what cannot be unlinked keeps the folder.
        try? Directory.unlink(list.string)
        try? Directory.unlink(guardian.string)
        try Directory.remove(folder.string)
        return entries
    }
}
