internal import Datapath
internal import Glibc

/// What time of day an event happened at: events have the time since boot, which nobody can set. The
/// time of day is compared with it anew for each batch, so that a clock that is set changes what is
/// printed from then on, and not the order.
public struct EventClock: Sendable {
    /// Nanoseconds from 1970 to the boot.
    private let boot: Int64

    /// By the clocks as they are now.
    public init() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        boot = now - Int64(BootClock.nanoseconds)
    }

    init(nanosecondsToBoot boot: Int64) { self.boot = boot }

    /// `2026-11-20T14:02:11.482931Z`: in UTC, with microseconds.
    public func timestamp(_ nanoseconds: UInt64) -> String {
        let time = broken(nanoseconds, gmtime_r)
        return "\(time.tm_year + 1900)-\(Self.two(time.tm_mon + 1))-\(Self.two(time.tm_mday))T"
            + Self.clock(time) + ".\(fraction(nanoseconds, digits: 6))Z"
    }

    /// `14:02:11.482`: the local time of day.
    public func timeOfDay(_ nanoseconds: UInt64) -> String {
        Self.clock(broken(nanoseconds, localtime_r)) + ".\(fraction(nanoseconds, digits: 3))"
    }

    /// Microseconds since 1970, as captures have them.
    public func microseconds(_ nanoseconds: UInt64) -> UInt64 {
        UInt64(max(0, Int64(clamping: nanoseconds) &+ boot)) / 1000
    }

    private func fraction(_ nanoseconds: UInt64, digits: Int) -> String {
        let text = "\(microseconds(nanoseconds) % 1_000_000)"
        return String((String(repeating: "0", count: 6 - text.count) + text).prefix(digits))
    }

    private func broken(
        _ nanoseconds: UInt64,
        _ convert: (UnsafePointer<time_t>, UnsafeMutablePointer<tm>) -> UnsafeMutablePointer<tm>?
    ) -> tm {
        var seconds = time_t(microseconds(nanoseconds) / 1_000_000)
        var parts = tm()
        _ = convert(&seconds, &parts)
        return parts
    }

    private static func clock(_ time: tm) -> String {
        "\(two(time.tm_hour)):\(two(time.tm_min)):\(two(time.tm_sec))"
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
