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
    /// Where an XDP link sits, an index of its own network namespace; 0 once the interface is gone
    /// or the link detached. `nil` for other types.
    public let interfaceIndex: Int32?

    init(
        _ descriptor: borrowing OwnedDescriptor, subject: String
    ) throws(BPFError) {
        var info = bpf_link_info()
        try kernelInfo(descriptor, into: &info, "inspect link", subject)
        id = info.id
        type = LinkType(rawValue: info.type)
        programID = info.prog_id
        interfaceIndex = type == .xdp ? Int32(bitPattern: info.xdp.ifindex) : nil
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

    /// `BPF_LINK_TYPE_CGROUP`. Since Linux 5.7.
    public static let cgroup = LinkType(rawValue: 3)
    /// `BPF_LINK_TYPE_XDP`. Since Linux 5.9.
    public static let xdp = LinkType(rawValue: 6)
    /// `BPF_LINK_TYPE_TCX`. Since Linux 6.6.
    public static let tcx = LinkType(rawValue: 11)

    /// libbpf's name, `cgroup`; the number for a type that it does not know.
    public var description: String {
        libbpf_bpf_link_type_str(bpf_link_type(rawValue: rawValue)).map { String(cString: $0) }
            ?? "link type \(rawValue)"
    }
}
