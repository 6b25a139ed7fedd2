internal import CBPFShims
internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// Something that happens in the kernel or a process and that a program can be attached to.
public enum PerfEvent: Hashable, Sendable {
    /// A tracepoint with a stable layout, by its number in tracefs.
    case tracepoint(id: UInt64, name: String)
    /// The entry of a function of the kernel, or with `returns` its end. Needs `CONFIG_KPROBES`.
    case kernelProbe(function: String, offset: UInt64, returns: Bool)
    /// An instruction of an executable file or library, or with `returns` the end of the function that
    /// begins there. Needs `CONFIG_UPROBES`.
    case userProbe(path: String, offset: UInt64, returns: Bool)
    /// The processor's clock, so many times a second, on one CPU.
    case clock(frequency: UInt64, cpu: Int32)
}

extension Link {
    /// Attaches a program to a perf event, in all processes.
    ///
    /// The corresponding system calls are `perf_event_open(2)` and `bpf(BPF_LINK_CREATE)`, for perf
    /// events since Linux 5.15.
    ///
    /// - Parameters:
    ///   - program: A program of type ``ProgramType/kprobe``, ``ProgramType/tracepoint`` or
    ///     ``ProgramType/perfEvent``, as the event needs.
    ///   - event: The event.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.system`: `ENOENT` if there is no such function or file, `EINVAL`
    ///   for a place that cannot be probed, `EPERM`.
    public static func attachPerfEvent(
        program: borrowing Program, event: PerfEvent
    ) throws(BPFError) -> Link {
        let subject = "\(program.subject) to \(event)"
        let descriptor = try event.open(for: subject)
        let result = bpf_link_create(
            program.descriptor.rawValue, descriptor.rawValue, BPF_PERF_EVENT, nil)
        guard result >= 0 else {
            let errno = Errno(rawValue: -result)
            throw .system(
                "attach", subject, errno,
                reason: errno == .invalidArgument ? mismatch(of: program, with: event.type) : nil)
        }
        return Link(descriptor: .init(owning: result), subject: subject)
    }
}

extension PerfEvent: CustomStringConvertible {
    /// `kretprobe do_unlinkat`, `tracepoint sched/sched_switch`, `uprobe /bin/x+0x10`.
    public var description: String {
        switch self {
        case .tracepoint(_, let name): "tracepoint \(name)"
        case .kernelProbe(let function, let offset, let returns):
            "\(returns ? "kretprobe" : "kprobe") \(function)"
                + (offset > 0 ? "+0x\(String(offset, radix: 16))" : "")
        case .userProbe(let path, let offset, let returns):
            "\(returns ? "uretprobe" : "uprobe") \(path)+0x\(String(offset, radix: 16))"
        case .clock(let frequency, let cpu): "\(frequency) Hz of CPU \(cpu)"
        }
    }
}

extension PerfEvent {
    /// Where the kernel says which number a kind of probe has.
    private static let sources = "/sys/bus/event_source/devices"

    /// The type of program that the event needs.
    fileprivate var type: ProgramType {
        switch self {
        case .tracepoint: .tracepoint
        case .kernelProbe, .userProbe: .kprobe
        case .clock: .perfEvent
        }
    }

    fileprivate func open(for subject: String) throws(BPFError) -> OwnedDescriptor {
        var event = bpf_shim_perf_event()
        // Of all processes, on any CPU: the kernel wants one CPU named, and means all by a probe.
        event.pid = -1
        event.cpu = 0
        switch self {
        case .tracepoint(let id, _):
            event.type = 2  // PERF_TYPE_TRACEPOINT
            event.config = id
            return try Self.open(&event, nil, subject)
        case .clock(let frequency, let cpu):
            event.type = 1  // PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK
            event.frequency = frequency
            event.cpu = cpu
            return try Self.open(&event, nil, subject)
        case .kernelProbe(let function, let offset, let returns):
            try Self.fill(&event, "kprobe", returns: returns, "CONFIG_KPROBES", subject)
            event.offset = offset
            return try Self.open(&event, function, subject)
        case .userProbe(let path, let offset, let returns):
            try Self.fill(&event, "uprobe", returns: returns, "CONFIG_UPROBES", subject)
            event.offset = offset
            return try Self.open(&event, path, subject)
        }
    }

    /// The number of a kind of probe, and the bit that asks for the end of a function.
    private static func fill(
        _ event: inout bpf_shim_perf_event, _ source: String, returns: Bool, _ option: String,
        _ subject: String
    ) throws(BPFError) {
        guard let type = number("\(source)/type", after: "") else {
            throw BPFError(
                .system, "attach", subject, "the kernel was built without \(option)",
                errno: .notSupportedOnSocket)
        }
        event.type = UInt32(truncatingIfNeeded: type)
        guard returns else { return }
        event.config = 1 << (number("\(source)/format/retprobe", after: "config:") ?? 0)
    }

    private static func number(_ file: String, after prefix: String) -> UInt64? {
        guard let text = try? ProcFile.read("\(sources)/\(file)") else { return nil }
        return UInt64(text.trimmingPrefix(prefix).prefix(while: \.isNumber))
    }

    private static func open(
        _ event: inout bpf_shim_perf_event, _ name: String?, _ subject: String
    ) throws(BPFError) -> OwnedDescriptor {
        let result =
            if let name {
                name.withCString { name in
                    event.name = name
                    defer { event.name = nil }
                    return bpf_shim_open_perf_event(&event)
                }
            } else {
                bpf_shim_open_perf_event(&event)
            }
        guard result >= 0 else {
            let errno = Errno(rawValue: -result)
            let reason: String? =
                switch errno {
                case .noSuchFileOrDirectory: "there is no such function, file or tracepoint"
                case .invalidArgument where name != nil: "it cannot be probed there"
                case .notPermitted, .permissionDenied: "needs CAP_PERFMON and CAP_BPF"
                default: nil
                }
            throw .system("attach", subject, errno, reason: reason)
        }
        return OwnedDescriptor(owning: result)
    }
}

extension ProgramType {
    /// `BPF_PROG_TYPE_SOCKET_FILTER`: packets of one socket. Since Linux 3.19.
    public static let socketFilter = ProgramType(rawValue: 1)
    /// `BPF_PROG_TYPE_KPROBE`: kprobes and uprobes. Since Linux 4.1.
    public static let kprobe = ProgramType(rawValue: 2)
    /// `BPF_PROG_TYPE_TRACEPOINT`. Since Linux 4.7.
    public static let tracepoint = ProgramType(rawValue: 5)
    /// `BPF_PROG_TYPE_PERF_EVENT`. Since Linux 4.9.
    public static let perfEvent = ProgramType(rawValue: 7)
    /// `BPF_PROG_TYPE_LSM`: security decisions. Since Linux 5.7.
    public static let lsm = ProgramType(rawValue: 29)
}
