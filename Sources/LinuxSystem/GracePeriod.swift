internal import CLinuxShims
internal import Glibc
internal import SystemPackage

/// RCU grace periods, after which no CPU runs what was replaced before.
public enum GracePeriod {
    /// Waits until every BPF program that ran when this was called has returned: 10 to 50 ms.
    ///
    /// The corresponding system call is `membarrier(MEMBARRIER_CMD_GLOBAL)`. Kernels with nohz_full
    /// refuse it; there a tenth of a second stands in for it.
    public static func wait() {
        if netctl_membarrier_global() < 0 { usleep(100_000) }
    }
}
