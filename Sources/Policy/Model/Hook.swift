/// A place in the kernel where a program of ours runs.
public enum Hook: String, CaseIterable, Codable, Sendable, CustomStringConvertible {
    /// An interface's receive path, before an skb exists (native) or right after (generic).
    case xdp
    /// An interface's receive path, behind XDP (TCX, or a clsact filter).
    case tcIngress = "tc-ingress"
    /// An interface's transmit path.
    case tcEgress = "tc-egress"
    /// What sockets of the processes in a cgroup receive.
    case cgroupIngress = "cgroup-ingress"
    /// What sockets of the processes in a cgroup send.
    case cgroupEgress = "cgroup-egress"
    /// What device nodes the processes in a cgroup open and make.
    case cgroupDevice = "cgroup-device"

    /// What has a hook.
    public enum Place: Sendable {
        case interface
        case cgroup
    }

    /// What has this hook.
    public var place: Place {
        switch self {
        case .xdp, .tcIngress, .tcEgress: .interface
        case .cgroupIngress, .cgroupEgress, .cgroupDevice: .cgroup
        }
    }

    /// The key in an `attach:` entry: a cgroup's hooks go without their prefix there.
    public var attachKey: String {
        switch self {
        case .xdp, .tcIngress, .tcEgress: rawValue
        case .cgroupIngress: "ingress"
        case .cgroupEgress: "egress"
        case .cgroupDevice: "device"
        }
    }

    /// The name in flags, files and JSON.
    public var description: String { rawValue }
}

extension Hook: Comparable {
    /// In the order of the cases: XDP before TC, ingress before egress.
    public static func < (left: Hook, right: Hook) -> Bool { left.order < right.order }

    private var order: Int { Hook.allCases.firstIndex(of: self) ?? Hook.allCases.count }
}
