internal import CBPFShims
internal import CLibbpf

/// A hook, `enum bpf_attach_type`.
public struct AttachType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's number.
    public let rawValue: UInt32

    /// Makes a type from the kernel's number.
    ///
    /// - Parameter rawValue: `BPF_CGROUP_*`, `BPF_TCX_*` and their like.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `BPF_CGROUP_INET_INGRESS`: IP packets that reach sockets of the cgroup. Since Linux 4.10.
    public static let cgroupInetIngress = AttachType(rawValue: 0)
    /// `BPF_CGROUP_INET_EGRESS`: IP packets that sockets of the cgroup send. Since Linux 4.10.
    public static let cgroupInetEgress = AttachType(rawValue: 1)
    /// `BPF_CGROUP_DEVICE`: device nodes that processes of the cgroup open or make. Since Linux 4.15.
    public static let cgroupDevice = AttachType(rawValue: 6)
    /// `BPF_TCX_INGRESS`: packets that an interface received. Since Linux 6.6.
    public static let tcxIngress = AttachType(rawValue: BPF_SHIM_TCX_INGRESS.rawValue)
    /// `BPF_TCX_EGRESS`: packets that an interface is about to send. Since Linux 6.6.
    public static let tcxEgress = AttachType(rawValue: BPF_SHIM_TCX_EGRESS.rawValue)

    /// The kernel's name, `cgroup_inet_ingress`; the number for a type without a name.
    public var description: String {
        switch self {
        case .tcxIngress: "tcx_ingress"  // libbpf 1.1 is older.
        case .tcxEgress: "tcx_egress"
        default:
            libbpf_bpf_attach_type_str(bpf_attach_type(rawValue: rawValue))
                .map { String(cString: $0) } ?? "attach type \(rawValue)"
        }
    }
}
