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

    /// The name in flags, files and JSON.
    public var description: String { rawValue }
}
