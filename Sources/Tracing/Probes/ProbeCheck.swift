internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// What can be watched on this machine, found out by trying.
public struct ProbeCheck: Sendable {
    /// What was tried, in the order of the table.
    public let results: [Result]

    /// What became of one attempt.
    public struct Result: Sendable {
        /// What was tried: a program's section, or a kind of map.
        public let probe: String
        /// How far it came.
        public let outcome: Outcome
        /// What is good to know where it works.
        public let detail: String?
        /// Why it does not: the whole error.
        public let reason: String?
        /// The error number's name.
        public let errno: String?
        /// What netctl uses it for.
        public let use: String
        /// What becomes of that where it does not work.
        public let instead: String
    }

    /// How far an attempt came.
    public enum Outcome: String, Sendable {
        /// Loaded and attached, or made.
        case ok
        /// Loaded; the kernel refused to attach it.
        case noAttach = "no-attach"
        /// The kernel refused to load or make it.
        case noLoad = "no-load"
    }

    /// Tries everything. Each program is loaded and attached by itself, and is gone afterwards; none
    /// of them does anything.
    ///
    /// - Throws: ``TracingError`` without the privileges: what is refused for want of them tells
    ///   nothing of the kernel.
    public init() throws(TracingError) {
        results = try translating {
            try Self.requirePrivilege()
            let types = try? BTF.kernel()
            return ProbeTrial.all.map { $0.result(types) }
        }
    }

    private static func requirePrivilege() throws {
        do {
            _ = try FeatureProbe.supports(programType: .xdp)
        } catch {
            guard error.errno == .notPermitted else { throw error }
            throw TracingError(
                "check probes", "the kernel", "needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN",
                errno: error.errno, hint: "run as root", code: .unsupported)
        }
    }
}
