internal import CBPFShims
internal import CLibbpf
internal import LinuxSystem

/// What the kernel tells about a link: `struct bpf_link_info`.
public struct LinkInfo: Hashable, Sendable {
    /// The kernel's number, unique until the link is gone.
    public let id: UInt32
    /// The type.
    public let type: LinkType
    /// The program in force; still told when the link is defunct.
    public let programID: UInt32
    /// Where an XDP or TCX link sits, an index of its own network namespace; 0 once the interface is
    /// gone or the link detached. `nil` for other types.
    public let interfaceIndex: Int32?
    /// The id of a cgroup link's cgroup, its inode; 0 once the cgroup is gone or the link detached.
    /// `nil` for other types.
    public let cgroupID: UInt64?
    /// The hook of a TCX or cgroup link. `nil` for other types.
    public let attachType: AttachType?

    init(
        _ descriptor: borrowing OwnedDescriptor, subject: String
    ) throws(BPFError) {
        var info = bpf_link_info()
        try kernelInfo(descriptor, into: &info, "inspect link", subject)
        id = info.id
        type = LinkType(rawValue: info.type)
        programID = info.prog_id
        switch type {
        case .xdp:
            interfaceIndex = Int32(bitPattern: info.xdp.ifindex)
            cgroupID = nil
            attachType = nil
        case .tcx:
            let place = bpf_shim_tcx_info(&info)
            interfaceIndex = Int32(bitPattern: place.interface_index)
            cgroupID = nil
            attachType = AttachType(rawValue: place.attach_type)
        case .cgroup:
            interfaceIndex = nil
            cgroupID = info.cgroup.cgroup_id
            attachType = AttachType(rawValue: info.cgroup.attach_type)
        default:
            interfaceIndex = nil
            cgroupID = nil
            attachType = nil
        }
    }
}

/// A link's type, `enum bpf_link_type`.
public struct LinkType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's number.
    public let rawValue: UInt32

    /// Makes a type from the kernel's number.
    ///
    /// - Parameter rawValue: `BPF_LINK_TYPE_*`.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `BPF_LINK_TYPE_RAW_TRACEPOINT`. Since Linux 5.7.
    public static let rawTracepoint = LinkType(rawValue: 1)
    /// `BPF_LINK_TYPE_TRACING`: tp_btf, fentry, fexit. Since Linux 5.7.
    public static let tracing = LinkType(rawValue: 2)
    /// `BPF_LINK_TYPE_CGROUP`. Since Linux 5.7.
    public static let cgroup = LinkType(rawValue: 3)
    /// `BPF_LINK_TYPE_ITER`. Since Linux 5.8.
    public static let iterator = LinkType(rawValue: 4)
    /// `BPF_LINK_TYPE_XDP`. Since Linux 5.9.
    public static let xdp = LinkType(rawValue: 6)
    /// `BPF_LINK_TYPE_TCX`. Since Linux 6.6.
    public static let tcx = LinkType(rawValue: 11)

    /// The kernel's name, `cgroup`; the number for a type without a name.
    public var description: String {
        if self == .tcx { return "tcx" }  // libbpf 1.1 is older.
        return libbpf_bpf_link_type_str(bpf_link_type(rawValue: rawValue)).map {
            String(cString: $0)
        }
            ?? "link type \(rawValue)"
    }
}
