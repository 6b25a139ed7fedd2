/// The ports from a lower to an upper one, both included; often a single port.
@frozen
public struct PortRange: Hashable, Comparable, Sendable, BitwiseCopyable,
    CustomStringConvertible
{
    /// The first port, host order.
    public let lower: UInt16
    /// The last port, host order, not below ``lower``.
    public let upper: UInt16

    /// Makes a range; nil when `upper` is below `lower`.
    public init?(_ lower: UInt16, _ upper: UInt16) {
        guard lower <= upper else { return nil }
        self.lower = lower
        self.upper = upper
    }

    /// Makes the range of one port.
    public init(_ port: UInt16) {
        lower = port
        upper = port
    }

    /// Whether `port`, in host order, lies in the range.
    @inlinable public func contains(_ port: UInt16) -> Bool { lower <= port && port <= upper }

    /// Orders by the first port, then by the last.
    public static func < (left: PortRange, right: PortRange) -> Bool {
        (left.lower, left.upper) < (right.lower, right.upper)
    }

    /// `443` or `8000-8100`.
    public var description: String { lower == upper ? "\(lower)" : "\(lower)-\(upper)" }
}
