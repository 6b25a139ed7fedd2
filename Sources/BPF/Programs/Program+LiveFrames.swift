internal import CLibbpf
internal import SystemPackage

extension Program {
    /// Runs an XDP program on frames that are real: what it redirects is sent, what it passes is
    /// received by the network stack.
    ///
    /// A frame that comes back to the kernel's pool is used again as the program left it.
    /// The corresponding system call is `bpf(BPF_PROG_TEST_RUN)` with `BPF_F_TEST_XDP_LIVE_FRAMES`,
    /// since Linux 5.18.
    ///
    /// - Parameters:
    ///   - frame: What every run begins with, from the Ethernet header on.
    ///   - count: How many runs, over 0.
    ///   - batch: How many frames go through the redirect at once, up to 256.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func runLive(frame: [UInt8], count: Int32, batch: UInt32 = 64)
        throws(BPFError)
    {
        _ = try testRun(frame, repeat: count, 0) { options in
            options.flags = UInt32(BPF_F_TEST_XDP_LIVE_FRAMES)
            options.batch_size = batch
        }
    }
}
