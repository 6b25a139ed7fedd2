public import Policy

/// How an XDP program is run.
public enum XDPMode: String, Codable, Sendable, CustomStringConvertible {
    /// By the driver, before an skb is made (XDP_FLAGS_DRV_MODE).
    case native = "xdpdrv"
    /// By the network core, on any interface (XDP_FLAGS_SKB_MODE).
    case generic = "xdpgeneric"
    /// By the card itself (XDP_FLAGS_HW_MODE).
    case offload = "xdpoffload"

    /// The name in flags, files and JSON.
    public var description: String { rawValue }
}

extension XDPModeRequest {
    /// The mode that is insisted on; nil for `auto`.
    public var required: XDPMode? {
        switch self {
        case .auto: nil
        case .xdpdrv: .native
        case .xdpgeneric: .generic
        case .xdpoffload: .offload
        }
    }
}
