/// A rate that a rule lets by: the rule is for the packets that exceed it.
public struct Limit: Hashable, Sendable {
    /// A unit of time, by its letter in `rate: 1000/s`.
    public enum Period: String, Hashable, Sendable, CaseIterable {
        case second = "s"
        case minute = "m"
        case hour = "h"

        /// How long it is.
        public var nanoseconds: UInt64 {
            switch self {
            case .second: 1_000_000_000
            case .minute: 60_000_000_000
            case .hour: 3_600_000_000_000
            }
        }
    }

    /// Whose packets are counted together.
    public enum Scope: String, Hashable, Sendable, CaseIterable {
        /// Each source: IPv4 /32, IPv6 /64.
        case src
        /// Each source network: /24, /56.
        case srcNet = "src-net"
        /// All packets that the rule's match holds for.
        case all
    }

    /// Packets each period, over 0.
    public var packets: UInt32
    /// The period.
    public var period: Period
    /// How many packets may come at once, over 0.
    public var burst: UInt32
    /// Whose packets are counted together.
    public var per: Scope

    /// Makes a limit; the burst is one second's rate, at least 1, unless given.
    public init(packets: UInt32, period: Period, burst: UInt32? = nil, per: Scope = .all) {
        self.packets = packets
        self.period = period
        let perSecond = UInt64(packets) * 1_000_000_000 / period.nanoseconds
        self.burst = burst ?? UInt32(max(1, perSecond))
        self.per = per
    }

    /// Nanoseconds between two packets at the rate, at least 1.
    public var intervalNanoseconds: UInt64 { max(1, period.nanoseconds / UInt64(packets)) }

    /// How long the rate needs for a burst.
    public var toleranceNanoseconds: UInt64 {
        let (product, overflow) = intervalNanoseconds.multipliedReportingOverflow(by: UInt64(burst))
        // 292 years will do.
        return overflow ? UInt64(Int64.max) : min(product, UInt64(Int64.max))
    }
}
