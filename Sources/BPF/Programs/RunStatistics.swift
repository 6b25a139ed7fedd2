internal import CLibbpf
internal import LinuxSystem

/// Has the kernel count and time every run of every program, as long as this value lives.
///
/// ``ProgramInfo/runCount`` and ``ProgramInfo/runNanoseconds`` tell what it found. Each run is some
/// tens of nanoseconds slower meanwhile. The corresponding system call is `bpf(BPF_ENABLE_STATS)`,
/// since Linux 5.8; it needs `CAP_SYS_ADMIN`.
public struct RunStatistics: ~Copyable, Sendable {
    private let descriptor: OwnedDescriptor

    /// Switches the statistics on.
    ///
    /// - Throws: ``BPFError`` with `.system`.
    public init() throws(BPFError) {
        let result = bpf_enable_stats(BPF_STATS_RUN_TIME)
        try check(result, "enable statistics of", "all programs")
        descriptor = OwnedDescriptor(owning: result)
    }
}
