internal import Foundation
internal import Glibc

/// Time since boot, suspended time included: what `bpf_ktime_get_boot_ns` tells programs.
package enum BootClock {
    /// Now.
    package static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// A time since boot by the clock on the wall, as it is set now.
    static func date(of bootNanoseconds: UInt64) -> Date {
        Date() + (Double(bootNanoseconds) - Double(nanoseconds)) / 1e9
    }
}
