public import NetctlABI
public import Policy

/// What happens to a packet.
public enum Verdict: String, CaseIterable, Codable, Sendable {
    case pass, drop, redirect, tx, aborted

    /// The name in reports: on the cgroup device hook, requests are allowed and denied.
    public func name(on hook: Hook) -> String {
        guard hook == .cgroupDevice else { return rawValue }
        return switch self {
        case .pass: AllowOrDeny.allow.rawValue
        case .drop: AllowOrDeny.deny.rawValue
        case .redirect, .tx, .aborted: rawValue
        }
    }

    /// The verdicts that a hook can give, in the order of reports.
    public static func all(on hook: Hook) -> [Verdict] {
        switch hook {
        case .xdp: allCases
        case .tcIngress, .tcEgress: [.pass, .drop, .redirect, .aborted]
        case .cgroupIngress, .cgroupEgress: [.pass, .drop, .aborted]
        case .cgroupDevice: [.pass, .drop]
        }
    }

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

extension AllowOrDeny {
    /// What becomes of the request.
    public var verdict: Verdict {
        switch self {
        case .allow: .pass
        case .deny: .drop
        }
    }
}
