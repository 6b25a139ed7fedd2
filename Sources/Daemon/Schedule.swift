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

    /// However many hints come, after a look there is a rest of twice what it took.
    static let restMax = Duration.seconds(1)
    /// The first pause after a failure; it doubles up to the interval.
    static let firstRetry = Duration.seconds(1)

    private let interval: Duration
    private var failures = 0
    private var rested: Instant

    /// When to look.
    private(set) var next: Instant

    /// Looks at once, then at this interval.
    init(interval: Duration, now: Instant) {
        self.interval = interval
        rested = now
        next = now
    }

    /// Something may have changed.
    mutating func note(_ hint: Hint, at now: Instant) {
        next = min(next, max(now + hint.settling, rested))
    }

    /// A look has ended.
    mutating func looked(from began: Instant, to now: Instant, failed: Bool) {
        failures = failed ? failures + 1 : 0
        // Twenty doublings of a second are over any sensible interval.
        let retry = Self.firstRetry * (1 << min(max(failures - 1, 0), 20))
        rested = now + min(Self.restMax, (now - began) * 2)
        next = now + (failed ? min(interval, retry) : interval)
    }
}
