internal import BPF
internal import BPFObjects
internal import Datapath
internal import LinuxSystem
internal import NetctlABI

/// One reader's place among those of ``EventMaps``: from here on programs write to its buffer.
///
/// Programs on the exit of processes notice when the process ends, however it is killed. Its links are
/// held by descriptors, and nothing of it is pinned but the buffer's entry, which the next reader clears.
final class EventSeat {
    let ring: RingBuffer
    /// The id of the guard, by which others tell whether these maps are still the pinned ones.
    let guardID: UInt32
    /// Why the kernel's drops are not seen; nil: they are, or are not wanted.
    let kernelRefusal: String?
    private let maps: EventMaps
    private let isPinned: Bool
    private let number: Int
    private let readers: MappedArray<netctl_reader>
    private let guardMemory: MappedArray<netctl_guard>
    private let links: SeatLinks
    private var totals = EventTotals()
    private var hasLeft = false

    /// Takes a place.
    ///
    /// - Parameters:
    ///   - maps: The maps; nobody else takes a place there meanwhile.
    ///   - isPinned: Whether others read there, too.
    ///   - conditions: Which events are wanted.
    ///   - settings: How they are read.
    ///   - kernel: How the kernel's drops are seen; nil: they are not wanted.
    ///   - offsets: Where the kernel has what programs look at.
    /// - Throws: ``TracingError`` when all places are taken; `BPFError`.
    init(
        _ maps: EventMaps, isPinned: Bool, _ conditions: netctl_reader, _ settings: EventSettings,
        kernel: KernelDrops?, offsets: KernelOffsets
    ) throws {
        self.maps = maps
        self.isPinned = isPinned
        let readers = try MappedArray<netctl_reader>(maps.readers, access: .readWrite)
        guardMemory = try MappedArray(maps.eventGuard, access: .readWrite)
        guardID = maps.eventGuard.info.id
        try Self.clearEnded(readers, maps)
        guard let free = Self.free(readers) else {
            throw TracingError(
                "read events", "netctl", "\(NETCTL_READERS_MAX) readers are at it already",
                hint: "end one of them")
        }
        number = free
        let map = try RingBuffer.create(name: "event_ring", bytes: settings.bufferBytes)
        ring = try RingBuffer(map)
        try Self.forgetCounts(of: free, maps)
        var reader = conditions
        reader.interval = settings.interval
        reader.tolerance = settings.tolerance
        reader.captures = settings.captureBytes
        let links = SeatLinks()
        reader.owner = try links.watchExit(of: free, maps)
        readers[free] = reader
        try maps.rings.set(UInt32(free), map)
        kernelRefusal = links.watchKernel(kernel, free, maps)
        self.links = links
        reader.active = 1
        readers[free] = reader
        guardMemory[0] = Self.guardValue(readers, offsets)
        self.readers = readers
    }

    private static func free(_ readers: borrowing MappedArray<netctl_reader>) -> Int? {
        for number in 0..<readers.count where readers[number].active == 0 { return number }
        return nil
    }

    deinit { try? leave() }

    /// No more events come; those that are in the buffer stay to be read. Then the totals are final.
    func leave() throws {
        guard !hasLeft else { return }
        hasLeft = true
        let offsets = KernelOffsets(guardMemory[0])
        func clear() throws {
            readers[number].active = 0
            guardMemory[0] = Self.guardValue(readers, offsets)
            links.dropAll()
            // Waits until no program uses the buffer any more.
            try maps.rings.clear(UInt32(number))
            totals = try count()
            readers[number] = netctl_reader()
        }
        guard isPinned else { return try clear() }
        // The maps may be pinned no more; nobody else takes a place in them then.
        try EventMaps.withPinned { _ in try clear() }
    }

    /// What the events came to until now.
    func currentTotals() throws -> EventTotals { hasLeft ? totals : try count() }

    private func count() throws -> EventTotals {
        let counts = try PerCPUArray<netctl_event_count>(maps.counts.duplicate())
        var sum = EventTotals()
        for hook in 0..<NETCTL_HOOK_MAX.rawValue {
            for count in try counts.values(at: Self.index(number, hook)) {
                sum += EventTotals(
                    sent: count.sent, suppressed: count.suppressed, lost: count.lost)
            }
        }
        return sum
    }

    private static func index(_ number: Int, _ hook: UInt32) -> UInt32 {
        UInt32(number) * NETCTL_HOOK_MAX.rawValue + hook
    }

    private static func forgetCounts(of number: Int, _ maps: EventMaps) throws {
        let counts = try PerCPUArray<netctl_event_count>(maps.counts.duplicate())
        let none = [netctl_event_count](repeating: .init(), count: try possibleCPUCount())
        for hook in 0..<NETCTL_HOOK_MAX.rawValue {
            try counts.update(at: index(number, hook), none)
        }
    }

    /// Frees the buffers of readers that were killed.
    private static func clearEnded(
        _ readers: borrowing MappedArray<netctl_reader>, _ maps: EventMaps
    ) throws {
        for number in 0..<readers.count where readers[number].active == 0 {
            if try maps.rings.mapID(at: UInt32(number)) != nil {
                try maps.rings.clear(UInt32(number))
            }
        }
    }

    private static func guardValue(
        _ readers: borrowing MappedArray<netctl_reader>, _ offsets: KernelOffsets
    ) -> netctl_guard {
        var bits: UInt32 = 0
        for number in 0..<readers.count {
            let reader = readers[number]
            guard reader.active != 0 else { continue }
            bits |= 1 << UInt32(number)
            if reader.hooks & 1 << NETCTL_HOOK_KERNEL.rawValue != 0 {
                bits |= UInt32(NETCTL_GUARD_KERNEL)
            }
            if reader.sample != 0 { bits |= UInt32(NETCTL_GUARD_SAMPLE) }
            if reader.captures != 0 { bits |= UInt32(NETCTL_GUARD_CAPTURE) }
        }
        return offsets.guardValue(bits: bits)
    }
}

/// What a reader's process holds as long as it lives.
private final class SeatLinks {
    private struct Held: ~Copyable { let link: Link }
    private var exit: Held?
    private var kernel: Held?

    /// Has the kernel notice the end of this process.
    ///
    /// - Returns: The process, as the kernel numbers it.
    func watchExit(of number: Int, _ maps: EventMaps) throws -> UInt32 {
        var object = try OpenObject(image: BPFObjects.reader.image(), name: "reader")
        try object.setGlobal("reader_number", to: UInt32(number))
        try maps.use(in: &object)
        let loaded = try object.load()
        let process = try loaded.program("reader_process").runHere()
        exit = Held(
            link: try .attachRawTracepoint(
                program: loaded.program("reader_exit"), tracepoint: "sched_process_exit"))
        return process
    }

    /// Has the kernel tell its drops.
    ///
    /// - Returns: Why it cannot; nil if it does, or need not.
    func watchKernel(_ drops: KernelDrops?, _ number: Int, _ maps: EventMaps) -> String? {
        guard let drops else { return nil }
        do {
            kernel = Held(link: try drops.attach(reader: number, maps))
            return nil
        } catch {
            return "\(error)"
        }
    }

    func dropAll() {
        kernel = nil
        exit = nil
    }
}
