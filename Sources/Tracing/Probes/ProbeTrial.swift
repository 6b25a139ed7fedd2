internal import BPF
internal import BPFObjects
internal import LinuxSystem
internal import SystemPackage

/// Something that netctl could use, and how it is tried.
struct ProbeTrial {
    /// What errors and tables call it: the section of the program.
    let probe: String
    /// What netctl uses it for.
    let use: String
    /// What becomes of that without it.
    let instead: String
    /// What is tried.
    let attempt: Attempt
    /// What is good to know where it works.
    let detail: (BTF) -> String?

    /// How it is tried.
    enum Attempt {
        /// Making a ring buffer.
        case ringBuffer
        /// Loading a program of `bpf/probe_check.bpf.c`, then attaching it.
        case program(String, attach: (borrowing Program) throws -> Link)
    }

    init(
        _ probe: String, _ attempt: Attempt, use: String, instead: String,
        detail: @escaping (BTF) -> String? = { _ in nil }
    ) {
        self.probe = probe
        self.attempt = attempt
        self.use = use
        self.instead = instead
        self.detail = detail
    }

    /// Tries it. What was made, loaded and attached is gone when this returns.
    ///
    /// - Parameter types: The kernel's, for the details.
    /// - Returns: What became of it.
    func result(_ types: BTF?) -> ProbeCheck.Result {
        var outcome = ProbeCheck.Outcome.noLoad
        do {
            switch attempt {
            case .ringBuffer:
                _ = try Map.create(
                    type: .ringBuffer, name: "probe_check", keySize: 0, valueSize: 0,
                    maxEntries: 1 << 16)
            case .program(let name, let attach):
                let program = try Self.load(name)
                outcome = .noAttach
                _ = try attach(program)
            }
            return result(.ok, detail: types.flatMap(detail), nil)
        } catch {
            return result(outcome, detail: nil, error)
        }
    }

    private static func load(_ name: String) throws(BPFError) -> Program {
        let embedded = BPFObjects.probeCheck
        var object = try OpenObject(image: embedded.image(), name: "probe_check")
        try object.loadOnly(programs: [name])
        return try object.load().program(name)
    }

    private func result(
        _ outcome: ProbeCheck.Outcome, detail: String?, _ error: (any Error)?
    ) -> ProbeCheck.Result {
        let errno = (error as? BPFError)?.errno ?? (error as? SystemError)?.errno
        // The privileges are there: where they are asked for, the kernel allows it to nobody.
        let reason =
            errno == .notPermitted
            ? "\(outcome == .noLoad ? "load" : "attach"): this kernel allows it to nobody (EPERM)"
            : error.map { "\($0)" }
        return ProbeCheck.Result(
            probe: probe, outcome: outcome, detail: detail, reason: reason, errno: errno?.symbol,
            use: use, instead: instead)
    }
}
