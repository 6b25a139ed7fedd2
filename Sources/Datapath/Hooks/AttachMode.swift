public import Policy

/// How a program sits on an interface's hook. Cgroup hooks have but one way.
public enum AttachMode: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// On the XDP hook.
    case xdp(XDPMode)
    /// On a TC hook.
    case tc(TCMode)

    /// A mode by its name in flags, files and JSON.
    public init?(rawValue: String) {
        if let mode = XDPMode(rawValue: rawValue) {
            self = .xdp(mode)
        } else if let mode = TCMode(rawValue: rawValue) {
            self = .tc(mode)
        } else {
            return nil
        }
    }

    /// The name in flags, files and JSON.
    public var rawValue: String {
        switch self {
        case .xdp(let mode): mode.rawValue
        case .tc(let mode): mode.rawValue
        }
    }

    /// The name in flags, files and JSON.
    public var description: String { rawValue }
}

/// How an XDP program is run.
public enum XDPMode: String, Hashable, Sendable {
    /// By the driver, before an skb is made (XDP_FLAGS_DRV_MODE).
    case native = "xdpdrv"
    /// By the network core, on any interface (XDP_FLAGS_SKB_MODE).
    case generic = "xdpgeneric"
    /// By the card itself (XDP_FLAGS_HW_MODE).
    case offload = "xdpoffload"
}

/// How a program is held on a TC hook.
public enum TCMode: String, Hashable, Sendable {
    /// By a link (Linux 6.6).
    case tcx
    /// By a filter of a clsact qdisc, direct action.
    case clsact
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

extension TCModeRequest {
    /// The mode that is insisted on; nil for `auto`.
    public var required: TCMode? {
        switch self {
        case .auto: nil
        case .tcx: .tcx
        case .clsact: .clsact
        }
    }
}

extension Hook {
    /// The mode that is insisted on for this hook, if any.
    public func mode(xdp: XDPModeRequest, tc: TCModeRequest) -> AttachMode? {
        switch self {
        case .xdp: xdp.required.map(AttachMode.xdp)
        case .tcIngress, .tcEgress: tc.required.map(AttachMode.tc)
        case .cgroupIngress, .cgroupEgress, .cgroupDevice: nil
        }
    }
}
