internal import CBPFShims
internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// Where a link keeps its program, as far as the kernel tells.
public enum LinkPlace: Hashable, Sendable {
    /// XDP or TCX on an interface, by its index in its own network namespace; 0 once it is gone.
    case interface(index: Int32, AttachType)
    /// A cgroup, by its id; 0 once it is gone.
    case cgroup(id: UInt64, AttachType)
    /// One of the kernel's tracepoints.
    case rawTracepoint(String)
    /// A function, or a tracepoint with typed arguments. The target is a program's id, or the id of the
    /// BTF that knows the function; 0 where the kernel does not tell.
    case tracing(AttachType, target: UInt32, function: UInt32)
    /// An iterator: `task_file`.
    case iterator(String)
    /// A network namespace, by its inode.
    case namespace(inode: UInt32, AttachType)
    /// A kernel or user probe, a tracepoint or a counter: what, and its name. Since Linux 6.6.
    case perfEvent(String, name: String)
    /// Nothing is known.
    case unknown

    /// The index of an interface that is still there.
    public var interfaceIndex: Int32? {
        if case .interface(let index, _) = self, index != 0 { index } else { nil }
    }
}

extension Link {
    /// Where the link keeps its program.
    ///
    /// The corresponding system call is `bpf(BPF_OBJ_GET_INFO_BY_FD)`.
    public var place: LinkPlace {
        get throws(BPFError) {
            var name = [CChar](repeating: 0, count: 256)
            var info = bpf_link_info()
            try kernelInfo(descriptor, into: &info, "inspect link", subject)
            let place = LinkPlace(info)
            // Names go where a second call is told to write them.
            let number = descriptor.rawValue
            let result = name.withUnsafeMutableBufferPointer { name in
                bpf_shim_link_name(number, name.baseAddress, UInt32(name.count))
            }
            guard result >= 0 else { return place }
            let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
            return switch place {
            case .rawTracepoint: .rawTracepoint(text)
            case .iterator: .iterator(text)
            case .perfEvent(let kind, _): .perfEvent(kind, name: text)
            default: place
            }
        }
    }
}

extension LinkPlace {
    fileprivate init(_ info: bpf_link_info) {
        var info = info
        switch LinkType(rawValue: info.type) {
        case .rawTracepoint:
            self = .rawTracepoint("")
        case .tracing:
            self = .tracing(
                AttachType(rawValue: info.tracing.attach_type),
                target: info.tracing.target_obj_id, function: info.tracing.target_btf_id)
        case .cgroup:
            self = .cgroup(
                id: info.cgroup.cgroup_id, AttachType(rawValue: info.cgroup.attach_type))
        case .iterator:
            self = .iterator("")
        case .networkNamespace:
            self = .namespace(
                inode: info.netns.netns_ino, AttachType(rawValue: info.netns.attach_type))
        case .xdp:
            self = .interface(index: Int32(bitPattern: info.xdp.ifindex), .xdp)
        case .tcx, .netkit:
            let place = bpf_shim_tcx_info(&info)
            self = .interface(
                index: Int32(bitPattern: place.interface_index),
                AttachType(rawValue: place.attach_type))
        case .perfEvent:
            let words = [
                "event", "uprobe", "uretprobe", "kprobe", "kretprobe", "tracepoint", "event",
            ]
            let kind = Int(bpf_shim_perf_event_kind(&info))
            self = .perfEvent(kind < words.count ? words[kind] : "event", name: "")
        default:
            self = .unknown
        }
    }
}

extension LinkType {
    /// `BPF_LINK_TYPE_NETNS`. Since Linux 5.8.
    public static let networkNamespace = LinkType(rawValue: 5)
    /// `BPF_LINK_TYPE_PERF_EVENT`: kprobes, uprobes, tracepoints, counters. Since Linux 5.15.
    public static let perfEvent = LinkType(rawValue: 7)
    /// `BPF_LINK_TYPE_NETKIT`. Since Linux 6.7.
    public static let netkit = LinkType(rawValue: 13)
}
