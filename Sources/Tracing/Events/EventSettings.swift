/// How events are read.
public struct EventSettings: Sendable {
    /// Bytes of the buffer in the kernel: a power of two, and whole pages. An event takes 176, and the
    /// headers that are captured.
    public var bufferBytes: UInt32 = 1 << 20
    /// Events a second of one CPU and hook, with a burst of as many; nil: no limit.
    public var rate: UInt32? = 1000
    /// Bytes of a packet to have with its event, headers alone; 0: none.
    public var captureBytes: UInt32 = 0

    /// The usual.
    public init() {}

    /// Nanoseconds between two events at the limit's rate.
    var interval: UInt64 { rate.map { 1_000_000_000 / UInt64(max(1, $0)) } ?? 0 }

    /// How far events may be ahead of that: the burst.
    var tolerance: UInt64 { rate.map { interval * UInt64(max(1, $0) - 1) } ?? 0 }
}

/// What a reader's events came to: every one that met its conditions is in one of the three.
public struct EventTotals: Sendable, Equatable {
    /// Written to the reader's buffer.
    public var sent: UInt64 = 0
    /// Held back by a rule's limit, or the reader's.
    public var suppressed: UInt64 = 0
    /// For which the buffer had no room.
    public var lost: UInt64 = 0

    /// All of them.
    public var seen: UInt64 { sent + suppressed + lost }

    static func += (totals: inout EventTotals, more: EventTotals) {
        totals.sent += more.sent
        totals.suppressed += more.suppressed
        totals.lost += more.lost
    }
}
