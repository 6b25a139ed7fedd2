/// What the section of a program says that it is to be attached to.
public enum SectionTarget: Hashable, Sendable {
    /// An interface's XDP hook.
    case xdp
    /// An interface's TC hook; without a direction the attacher chooses.
    case tc(TCXDirection?)
    /// A hook of a cgroup.
    case cgroup(AttachType)
    /// Packets of a socket.
    case socketFilter
    /// A tracepoint with a stable layout.
    case tracepoint(category: String, name: String)
    /// A tracepoint with the kernel's own arguments.
    case rawTracepoint(String)
    /// `tp_btf`, `fentry`, `fexit`, `lsm`: loading binds the program to it.
    case tracing(String)
    /// An iterator.
    case iterator(String)
    /// A function of the kernel.
    case kernelProbe(function: String, offset: UInt64, returns: Bool)
    /// A place in an executable or library: a function, or the offset in the file where there is no
    /// name.
    case userProbe(path: String, function: String, offset: UInt64, returns: Bool)
    /// The processor's clock.
    case perfEvent
    /// Something else: the section itself.
    case other(String)
}

extension ObjectProgram {
    /// What the section says that the program is to be attached to.
    ///
    /// A section that names a kind and no target, `SEC("kprobe")`, has an empty one.
    public var target: SectionTarget {
        let section = section.hasPrefix("?") ? String(section.dropFirst()) : section
        let parts = section.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let (kind, rest) = (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        switch kind {
        // Those for elements of maps are on no interface.
        case "xdp", "xdp.frags":
            return ["devmap", "cpumap"].contains(rest) ? .other(section) : .xdp
        case "tc", "classifier", "tcx", "action":
            return .tc(
                TCXDirection(rawValue: rest.split(separator: "/").first.map(String.init) ?? ""))
        case "tracepoint", "tp":
            let names = rest.split(separator: "/", maxSplits: 1).map(String.init)
            return .tracepoint(category: names.first ?? "", name: names.count > 1 ? names[1] : "")
        case "raw_tracepoint", "raw_tp", "raw_tracepoint.w", "raw_tp.w": return .rawTracepoint(rest)
        case "kprobe", "kretprobe", "ksyscall", "kretsyscall":
            let (function, offset) = Self.place(rest)
            let isCall = kind.hasSuffix("syscall")
            return .kernelProbe(
                function: isCall ? Self.systemCall(function) : function, offset: offset,
                returns: kind.hasPrefix("kret"))
        case "uprobe", "uretprobe", "uprobe.s", "uretprobe.s":
            let names = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let (function, offset) = Self.place(names.count > 1 ? String(names[1]) : "")
            // `uprobe//bin/x:f`: what follows the first slash is the path.
            return .userProbe(
                path: names.first.map(String.init) ?? "", function: function, offset: offset,
                returns: kind.hasPrefix("uret"))
        case "perf_event": return .perfEvent
        case "socket": return .socketFilter
        default: break
        }
        switch type {
        case .xdp: return .xdp
        case .schedCls: return .tc(nil)
        case .cgroupSKB, .cgroupSock, .cgroupDevice, .cgroupSockAddr, .cgroupSockOpt, .cgroupSysctl,
            .sockOps:
            return .cgroup(attachType)
        case .tracing where kind.hasPrefix("iter"): return .iterator(rest)
        case .tracing, .lsm: return .tracing(section)
        default: return .other(section)
        }
    }

    /// `do_unlinkat+0x10`
    private static func place(_ text: String) -> (name: String, offset: UInt64) {
        let parts = text.split(separator: "+", maxSplits: 1).map(String.init)
        if parts.count == 2, let offset = UInt64(number: parts[1]) { return (parts[0], offset) }
        if let offset = UInt64(number: text) { return ("", offset) }
        return (text, 0)
    }

    /// The function behind a system call, on this processor.
    private static func systemCall(_ name: String) -> String {
        #if arch(x86_64)
            "__x64_sys_\(name)"
        #elseif arch(arm64)
            "__arm64_sys_\(name)"
        #else
            "__se_sys_\(name)"
        #endif
    }
}

extension ProgramType {
    /// `BPF_PROG_TYPE_SOCKET_FILTER`: packets of one socket. Since Linux 3.19.
    public static let socketFilter = ProgramType(rawValue: 1)
    /// `BPF_PROG_TYPE_PERF_EVENT`. Since Linux 4.9.
    public static let perfEvent = ProgramType(rawValue: 7)
    /// `BPF_PROG_TYPE_LSM`: security decisions. Since Linux 5.7.
    public static let lsm = ProgramType(rawValue: 29)
    /// `BPF_PROG_TYPE_SOCK_OPS`: what TCP connections of a cgroup do. Since Linux 4.13.
    public static let sockOps = ProgramType(rawValue: 13)
    /// `BPF_PROG_TYPE_CGROUP_SYSCTL`: reads and writes below /proc/sys. Since Linux 5.2.
    public static let cgroupSysctl = ProgramType(rawValue: 23)
    /// `BPF_PROG_TYPE_CGROUP_SOCKOPT`: getsockopt and setsockopt. Since Linux 5.3.
    public static let cgroupSockOpt = ProgramType(rawValue: 25)
}
