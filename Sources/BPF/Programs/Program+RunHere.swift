internal import CLibbpf
internal import LinuxSystem

extension Program {
    /// Runs a program of a tracepoint once, on this thread and without arguments: it sees the caller's
    /// process as it is.
    ///
    /// The corresponding system call is `bpf(BPF_PROG_TEST_RUN)`, for raw tracepoints since Linux 5.10.
    ///
    /// - Returns: What the program returned.
    /// - Throws: ``BPFError`` with `.system`: `EINVAL` for a program that looks at its arguments.
    public borrowing func runHere() throws(BPFError) -> UInt32 {
        var options = bpf_test_run_opts()
        options.sz = MemoryLayout<bpf_test_run_opts>.size
        let result = bpf_prog_test_run_opts(descriptor.rawValue, &options)
        try check(result, "run program", subject)
        return options.retval
    }
}
