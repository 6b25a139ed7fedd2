public import NetctlABI

/// Why a packet got its verdict.
public enum Reason: String, CaseIterable, Codable, Sendable {
    case rule, `default`, block, monitor, paused, malformed, truncated
    case extHeaders = "ext-headers"
    case vlanDepth = "vlan-depth"
    case nonIP = "non-ip"

    /// The value that BPF programs use, `enum netctl_reason`.
    public var abi: netctl_reason {
        switch self {
        case .rule: NETCTL_REASON_RULE
        case .default: NETCTL_REASON_DEFAULT
        case .block: NETCTL_REASON_BLOCK
        case .monitor: NETCTL_REASON_MONITOR
        case .paused: NETCTL_REASON_PAUSED
        case .malformed: NETCTL_REASON_MALFORMED
        case .truncated: NETCTL_REASON_TRUNCATED
        case .extHeaders: NETCTL_REASON_EXT_HEADERS
        case .vlanDepth: NETCTL_REASON_VLAN_DEPTH
        case .nonIP: NETCTL_REASON_NON_IP
        }
    }
}
