internal import Datapath
public import Foundation

/// Times of the boot clock, which neither stands still while the system sleeps nor jumps when somebody
/// sets the time of day.
public enum BootTime {
    /// Now, in ns since boot.
    public static var now: UInt64 { BootClock.nanoseconds }

    /// The time of day of a moment since boot, by the time of day that it is now.
    public static func date(_ nanoseconds: UInt64) -> Date {
        Date(timeIntervalSinceNow: (Double(nanoseconds) - Double(now)) / 1e9)
    }
}
