/// That the packets which a rule decides or counts become events, and how many of them.
public struct RuleLog: Hashable, Sendable {
    /// At most one event in this time; nil when the limits of those who read events are enough.
    public var every: Duration?

    /// Makes a limit of events.
    public init(every: Duration) { self.every = every }

    private init() {}

    /// What `log: true` means.
    public static let usual = RuleLog()
}
