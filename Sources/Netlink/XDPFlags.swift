/// How a program is attached by netlink (`XDP_FLAGS_…`).
public struct XDPFlags: OptionSet, Hashable, Sendable {
    /// The `XDP_FLAGS_…` bits.
    public let rawValue: UInt32

    /// Flags from their `XDP_FLAGS_…` bits.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Fail with `EBUSY` if there is a program (`XDP_FLAGS_UPDATE_IF_NOEXIST`).
    public static let onlyIfNone = XDPFlags(rawValue: 1 << 0)
    /// After the socket buffer is made (`XDP_FLAGS_SKB_MODE`).
    public static let generic = XDPFlags(rawValue: 1 << 1)
    /// In the driver (`XDP_FLAGS_DRV_MODE`).
    public static let native = XDPFlags(rawValue: 1 << 2)
    /// On the device (`XDP_FLAGS_HW_MODE`).
    public static let offload = XDPFlags(rawValue: 1 << 3)
    /// Only in place of the expected program (`XDP_FLAGS_REPLACE`).
    static let replace = XDPFlags(rawValue: 1 << 4)
}
