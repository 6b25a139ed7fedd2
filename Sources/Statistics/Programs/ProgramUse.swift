/// What a user's program did while it was watched.
public struct ProgramUse: Sendable {
    /// How often something happened with an answer of the program.
    public struct Answer: Sendable, Equatable {
        /// What the program returned.
        public let code: Int32
        /// How often.
        public let count: UInt64
    }

    /// For how long it was watched.
    public let seconds: Double
    /// How often it ran.
    public let runs: UInt64
    /// How long those runs took together.
    public let nanoseconds: UInt64
    /// The answers for which XDP dropped a frame as an exception; nil for programs that are not XDP's,
    /// and where the kernel tells of none.
    public let exceptions: [Answer]?
    /// What it returned; nil where the kernel lets nothing watch the ends of programs.
    public let returns: [Answer]?
    /// Why ``returns`` is nil.
    public let whyNoReturns: String?
}
