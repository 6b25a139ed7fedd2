/// When to look next: soon after a hint but not at each of many, after a failure again and each time
/// later, and now and then for no reason at all.
struct Schedule {
    typealias Instant = ContinuousClock.Instant

    /// How long to wait for more after a hint: what happens seldom comes alone.
    enum Hint {
        /// Somebody writes a file, perhaps piece by piece.
        case files
        /// An interface, a namespace or a cgroup comes or goes: packets are waiting.
        case places

        var settling: Duration {
            switch self {
            case .files: .milliseconds(250)
            case .places: .milliseconds(20)
            }
        }
    }

    /// However many hints come, there is this time between two looks.
    static let pace = Duration.milliseconds(500)
    /// The first pause after a failure; it doubles up to the interval.
    static let firstRetry = Duration.seconds(1)

    private let interval: Duration
    private var failures = 0
    private var last: Instant

    /// When to look.
    private(set) var next: Instant

    /// Looks at once, then at this interval.
    init(interval: Duration, now: Instant) {
        self.interval = interval
        last = now - Self.pace
        next = now
    }

    /// Something may have changed.
    mutating func note(_ hint: Hint, at now: Instant) {
        next = min(next, max(now + hint.settling, last + Self.pace))
    }

    /// A look has ended.
    mutating func looked(at now: Instant, failed: Bool) {
        failures = failed ? failures + 1 : 0
        // Twenty doublings of a second are over any sensible interval.
        let retry = Self.firstRetry * (1 << min(max(failures - 1, 0), 20))
        last = now
        next = now + (failed ? min(interval, retry) : interval)
    }
}
