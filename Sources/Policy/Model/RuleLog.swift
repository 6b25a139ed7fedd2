/// That the packets which a rule decides or counts become events, and how many of them.
public struct RuleLog: Hashable, Sendable {
    /// At most one event in this time.
    public var every: Duration

    /// Makes a limit of events.
    public init(every: Duration) { self.every = every }

    /// What `log: true` means: at most ten events a second.
    public static let usual = RuleLog(every: .milliseconds(100))
}
