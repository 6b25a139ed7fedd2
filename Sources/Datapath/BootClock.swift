internal import Foundation
internal import Glibc
internal import LinuxSystem

/// Time since boot, suspended time included: what `bpf_ktime_get_boot_ns` tells programs, also when this
/// process is in a time namespace.
package enum BootClock {
    /// Now.
    package static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return kernelNanoseconds(
            Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec),
            ahead: TimeNamespace.bootOffset)
    }

    /// The kernel's time, of one that is ahead of it.
    static func kernelNanoseconds(_ own: Int64, ahead offset: Int64) -> UInt64 {
        UInt64(max(0, own - offset))
    }

    /// A time since boot by the clock on the wall, as it is set now.
    static func date(of bootNanoseconds: UInt64) -> Date {
        Date() + (Double(bootNanoseconds) - Double(nanoseconds)) / 1e9
    }
}
