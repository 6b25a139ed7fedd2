internal import BPF
internal import Datapath
internal import SystemPackage

/// Reads events: of rules that log, of monitoring, of the block list, samples, and the kernel's drops.
///
/// One stream from a buffer in the kernel; several readers do not disturb each other. Attachments that
/// come later are seen within a second. Nothing costs anything any more once the reader is gone, also
/// when its process is killed.
///
/// ```swift
/// let reader = try EventReader(filter)
/// while !ends {
///     try reader.wait(milliseconds: 50)
///     try reader.read { event in print(event.time) }
/// }
/// try reader.finish { event in print(event.time) }
/// ```
///
/// Not `Sendable`: it belongs to one thread at a time.
public final class EventReader {
    /// What is not seen here, and why.
    public private(set) var limits: [String] = []
    /// How many events were read that did not meet the conditions which only user space can check.
    public private(set) var unwanted: UInt64 = 0

    private let filter: EventFilter
    private let settings: EventSettings
    private let kernel: KernelDrops?
    private let offsets: KernelOffsets
    private let decoder: EventDecoder
    private var seat: EventSeat
    private var before = EventTotals()
    private var looked = ContinuousClock.now

    /// How long it may take to notice that something was attached.
    private static let patience = Duration.milliseconds(500)

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - filter: Which events.
    ///   - settings: How.
    /// - Throws: ``TracingError``, `.unsupported` for want of privileges.
    public convenience init(
        _ filter: EventFilter, _ settings: EventSettings = EventSettings()
    ) throws(TracingError) {
        try self.init(filter, settings, btf: KernelTypes.path)
    }

    init(_ filter: EventFilter, _ settings: EventSettings, btf: FilePath) throws(TracingError) {
        self.filter = filter
        self.settings = settings
        let reasons = DropReasons(btf: btf)
        kernel =
            filter.wantsKernel
            ? KernelDrops(reasons: reasons, showsBenign: filter.showsBenign) : nil
        offsets = KernelOffsets(btf: btf)
        let owners = Processes()
        limits += owners.limits
        decoder = EventDecoder(names: EventNames(reasons: reasons, owners: owners))
        let (kernel, offsets) = (kernel, offsets)
        seat = try translating {
            try Self.seat(filter, settings, kernel, offsets)
        }
        if let refusal = seat.kernelRefusal { limits.append("the kernel's own drops: \(refusal)") }
    }

    private static func seat(
        _ filter: EventFilter, _ settings: EventSettings, _ kernel: KernelDrops?,
        _ offsets: KernelOffsets
    ) throws -> EventSeat {
        try EventMaps.withPinned { pinned in
            try EventSeat(
                pinned ?? EventMaps(), isPinned: pinned != nil, filter.conditions, settings,
                kernel: kernel, offsets: offsets)
        }
    }

    /// A descriptor that poll(2) finds readable when there are events to read; few of them wait until
    /// somebody looks. It is another one when attachments have come or gone.
    public var descriptor: Int32 { seat.ring.descriptor }

    /// Waits until there are events, at most so long. A signal ends it early.
    ///
    /// - Parameter milliseconds: How long at most.
    /// - Throws: ``TracingError``.
    public func wait(milliseconds: Int32) throws(TracingError) {
        try translating { _ = try seat.ring.wait(milliseconds: milliseconds) }
    }

    /// Takes the events that are there, oldest first.
    ///
    /// - Parameter body: Given one event after the other.
    /// - Throws: What `body` throws; ``TracingError``.
    public func read(_ body: (Event) throws -> Void) throws {
        try drain(body)
        guard ContinuousClock.now - looked > Self.patience else { return }
        looked = .now
        try followAttachments(body)
    }

    /// Ends the reading: takes what is still there, behind which the totals are final.
    ///
    /// - Parameter body: Given one event after the other.
    /// - Throws: What `body` throws; ``TracingError``.
    public func finish(_ body: (Event) throws -> Void) throws {
        try seat.leave()
        while try drain(body) > 0 {}
    }

    /// What the events came to: exact once the reading has ended.
    ///
    /// - Returns: The totals, those that were not wanted included.
    /// - Throws: ``TracingError``.
    public func totals() throws(TracingError) -> EventTotals {
        try translating {
            var sum = before
            sum += try seat.currentTotals()
            return sum
        }
    }

    @discardableResult
    private func drain(_ body: (Event) throws -> Void) throws -> Int {
        try seat.ring.drain { record in
            guard let event = decoder.event(record) else { return }
            guard filter.admits(event) else {
                unwanted += 1
                return
            }
            try body(event)
        }
    }

    /// Takes a place among the readers of what is attached now: of the first attachment, or of one that
    /// came after the last one had gone.
    private func followAttachments(_ body: (Event) throws -> Void) throws {
        guard let pinned = try? EventMaps.pinnedGuardID(), pinned != seat.guardID else { return }
        let next = try Self.seat(filter, settings, kernel, offsets)
        let old = seat
        seat = next
        try old.leave()
        while try old.ring.drain({ record in
            if let event = decoder.event(record), filter.admits(event) { try body(event) }
        }) > 0 {}
        before += try old.currentTotals()
    }
}
