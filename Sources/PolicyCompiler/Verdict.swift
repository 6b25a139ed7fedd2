public import NetctlABI

/// What happens to a packet.
public enum Verdict: String, CaseIterable, Codable, Sendable {
    case pass, drop, redirect, tx, aborted

    /// The value that BPF programs use, `enum netctl_verdict`.
    public var abi: netctl_verdict {
        switch self {
        case .pass: NETCTL_VERDICT_PASS
        case .drop: NETCTL_VERDICT_DROP
        case .redirect: NETCTL_VERDICT_REDIRECT
        case .tx: NETCTL_VERDICT_TX
        case .aborted: NETCTL_VERDICT_ABORTED
        }
    }
}
