internal import BPF
internal import Datapath
internal import Policy

/// What is counted of a program that is not the datapath's.
public struct ProgramStatistics: Sendable {
    /// Whose program it is, and where.
    public let program: CountedProgram
    /// How often it ran while the kernel counted (`kernel.bpf_stats_enabled`).
    public let runs: UInt64
    /// How long those runs took together.
    public let nanoseconds: UInt64
    /// What it did while it was watched; nil if it was not.
    public let use: ProgramUse?

    /// Reads what is counted.
    ///
    /// - Parameters:
    ///   - programs: The programs.
    ///   - duration: Watches them for so long first; nil: not at all.
    /// - Returns: One for each that is still there.
    /// - Throws: `BPFError`.
    public static func read(
        _ programs: [CountedProgram], watchingFor duration: Duration?
    ) throws -> [ProgramStatistics] {
        let use = try duration.map { try ProgramWatch.watch(programs.map(\.id), for: $0) }
        return programs.compactMap { program in
            guard let info = try? Program(id: program.id).info else { return nil }
            return ProgramStatistics(
                program: program, runs: info.runCount, nanoseconds: info.runNanoseconds,
                use: use?[program.id])
        }
    }

    /// What an answer of the program is called in C; the number where it has no name.
    public func name(of code: Int32) -> String {
        let names: [Int32: String] =
            switch program.hook {
            case .xdp:
                [
                    0: "XDP_ABORTED", 1: "XDP_DROP", 2: "XDP_PASS", 3: "XDP_TX", 4: "XDP_REDIRECT",
                ]
            case .tcIngress, .tcEgress:
                [
                    -1: "TC_ACT_UNSPEC", 0: "TC_ACT_OK", 1: "TC_ACT_RECLASSIFY", 2: "TC_ACT_SHOT",
                    3: "TC_ACT_PIPE", 4: "TC_ACT_STOLEN", 7: "TC_ACT_REDIRECT",
                ]
            case .cgroupIngress, .cgroupEgress, .cgroupDevice, nil: [:]
            }
        return names[code] ?? "\(code)"
    }
}
