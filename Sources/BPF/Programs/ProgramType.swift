internal import CLibbpf

/// A program's type, `enum bpf_prog_type`.
public struct ProgramType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's number.
    public let rawValue: UInt32

    /// Makes a type from the kernel's number.
    ///
    /// - Parameter rawValue: `BPF_PROG_TYPE_*`.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `BPF_PROG_TYPE_UNSPEC`: of a section that libbpf does not know.
    public static let unspecified = ProgramType(rawValue: 0)
    /// `BPF_PROG_TYPE_KPROBE`: kprobes and uprobes. Since Linux 4.1.
    public static let kprobe = ProgramType(rawValue: 2)
    /// `BPF_PROG_TYPE_SCHED_CLS`: tc and TCX. Since Linux 4.1.
    public static let schedCls = ProgramType(rawValue: 3)
    /// `BPF_PROG_TYPE_SCHED_ACT`: actions of tc. Since Linux 4.1.
    public static let schedAct = ProgramType(rawValue: 4)
    /// `BPF_PROG_TYPE_TRACEPOINT`: events of tracefs, with the fields of their records. Since Linux 4.7.
    public static let tracepoint = ProgramType(rawValue: 5)
    /// `BPF_PROG_TYPE_XDP`. Since Linux 4.8.
    public static let xdp = ProgramType(rawValue: 6)
    /// `BPF_PROG_TYPE_CGROUP_SKB`. Since Linux 4.10.
    public static let cgroupSKB = ProgramType(rawValue: 8)
    /// `BPF_PROG_TYPE_CGROUP_SOCK`: sockets that are made, bound and released. Since Linux 4.10.
    public static let cgroupSock = ProgramType(rawValue: 9)
    /// `BPF_PROG_TYPE_CGROUP_DEVICE`: who opens or makes device nodes. Since Linux 4.15.
    public static let cgroupDevice = ProgramType(rawValue: 15)
    /// `BPF_PROG_TYPE_RAW_TRACEPOINT`: the kernel's tracepoints, with their arguments as they are.
    /// Since Linux 4.17.
    public static let rawTracepoint = ProgramType(rawValue: 17)
    /// `BPF_PROG_TYPE_CGROUP_SOCK_ADDR`: connect, bind, sendmsg. Since Linux 4.17.
    public static let cgroupSockAddr = ProgramType(rawValue: 18)
    /// `BPF_PROG_TYPE_TRACING`: fentry, fexit, tp_btf, iterators. Since Linux 5.5.
    public static let tracing = ProgramType(rawValue: 26)
    /// `BPF_PROG_TYPE_EXT`: replaces a function of another program. Since Linux 5.6.
    public static let ext = ProgramType(rawValue: 28)

    /// libbpf's name, `sched_cls`; the number for a type that it does not know.
    public var description: String {
        libbpf_bpf_prog_type_str(bpf_prog_type(rawValue: rawValue)).map { String(cString: $0) }
            ?? "program type \(rawValue)"
    }
}
