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
    /// `BPF_CGROUP_INET_SOCK_CREATE`: sockets that processes of the cgroup make. Since Linux 4.10.
    public static let cgroupSocketCreate = AttachType(rawValue: 2)
    /// `BPF_CGROUP_DEVICE`: device nodes that processes of the cgroup open or make. Since Linux 4.15.
    public static let cgroupDevice = AttachType(rawValue: 6)
    /// `BPF_CGROUP_INET4_CONNECT`: where sockets connect to. Since Linux 4.17.
    public static let cgroupInet4Connect = AttachType(rawValue: 10)
    /// `BPF_CGROUP_INET6_CONNECT`. Since Linux 4.17.
    public static let cgroupInet6Connect = AttachType(rawValue: 11)
    /// `BPF_CGROUP_INET4_POST_BIND`: what sockets were bound to. Since Linux 4.17.
    public static let cgroupInet4PostBind = AttachType(rawValue: 12)
    /// `BPF_CGROUP_INET6_POST_BIND`. Since Linux 4.17.
    public static let cgroupInet6PostBind = AttachType(rawValue: 13)
    /// `BPF_CGROUP_UDP4_SENDMSG`: where datagrams of unconnected sockets go. Since Linux 4.18.
    public static let cgroupUDP4SendMessage = AttachType(rawValue: 14)
    /// `BPF_CGROUP_UDP6_SENDMSG`. Since Linux 4.18.
    public static let cgroupUDP6SendMessage = AttachType(rawValue: 15)
    /// `BPF_CGROUP_INET_SOCK_RELEASE`: sockets whose last descriptor is closed. Since Linux 5.9.
    public static let cgroupSocketRelease = AttachType(rawValue: 34)
    /// `BPF_XDP`: frames that an interface receives, before the network stack. Since Linux 5.9.
    public static let xdp = AttachType(rawValue: 37)
    /// `BPF_PERF_EVENT`: kprobes, uprobes and events of tracefs. Since Linux 5.15.
    public static let perfEvent = AttachType(rawValue: 41)
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
