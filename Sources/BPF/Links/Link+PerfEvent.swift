internal import CBPFShims
internal import CLibbpf
internal import Glibc
internal import LinuxSystem
public import SystemPackage

extension Link {
    /// Attaches a program to a function of the kernel, without types. Since Linux 4.17, where kprobes
    /// are built in.
    ///
    /// - Parameters:
    ///   - program: A program of type ``ProgramType/kprobe``.
    ///   - function: The function's name.
    ///   - offset: How far behind the function's beginning.
    ///   - atReturn: Whether it runs when the function returns, rather than when it is called.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.unsupported` if the kernel has no kprobes, with `.system`: `ENOENT` if
    ///   there is no such function, `EINVAL` for one that must not be probed.
    public static func attachKprobe(
        program: borrowing Program, function: String, offset: UInt64 = 0, atReturn: Bool = false
    ) throws(BPFError) -> Link {
        let subject = "\(program.subject) to function \(function)"
        let event = try function.withPerfEvent("kprobe", atReturn, offset, subject)
        return try attach(program, event, subject)
    }

    /// Attaches a program to a function of a binary or library, in every process that runs it. Since
    /// Linux 4.17, where uprobes are built in.
    ///
    /// - Parameters:
    ///   - program: A program of type ``ProgramType/kprobe``.
    ///   - path: The file.
    ///   - offset: Where in the file the function begins; another place breaks the process.
    ///   - atReturn: Whether it runs when the function returns, rather than when it is called.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.unsupported` if the kernel has no uprobes, or with `.system`.
    public static func attachUprobe(
        program: borrowing Program, path: FilePath, offset: UInt64, atReturn: Bool = false
    ) throws(BPFError) -> Link {
        let subject = "\(program.subject) to \(path)"
        let event = try path.string.withPerfEvent("uprobe", atReturn, offset, subject)
        return try attach(program, event, subject)
    }

    /// Attaches a program to an event of tracefs. Since Linux 5.15.
    ///
    /// - Parameters:
    ///   - program: A program of type ``ProgramType/tracepoint``.
    ///   - id: What the event's file `id` in tracefs holds.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.system`.
    public static func attachTracepoint(
        program: borrowing Program, id: UInt64
    ) throws(BPFError) -> Link {
        let subject = "\(program.subject) to event \(id)"
        let opened = bpf_shim_open_perf_event(BPF_SHIM_PERF_TRACEPOINT.rawValue, id, nil, 0)
        return try attach(
            program, OwnedDescriptor(owning: try check(opened, "attach", subject)), subject)
    }

    /// Attaches a program to the clock of one CPU. Since Linux 5.15.
    ///
    /// - Parameters:
    ///   - program: A program of type ``ProgramType/perfEvent``.
    ///   - frequency: How often a second it runs.
    ///   - cpu: The CPU.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.system`.
    public static func attachClock(
        program: borrowing Program, frequency: UInt64, cpu: Int32
    ) throws(BPFError) -> Link {
        let subject = "\(program.subject) to the clock of CPU \(cpu)"
        let opened = bpf_shim_open_clock(frequency, cpu)
        return try attach(
            program, OwnedDescriptor(owning: try check(opened, "attach", subject)), subject)
    }

    private static func attach(
        _ program: borrowing Program, _ event: borrowing OwnedDescriptor, _ subject: String
    ) throws(BPFError) -> Link {
        let result = bpf_link_create(
            program.descriptor.rawValue, event.rawValue,
            bpf_attach_type(rawValue: AttachType.perfEvent.rawValue), nil)
        // The link keeps the event; it runs once it has a program.
        return Link(
            descriptor: .init(owning: try check(result, "attach", subject)), subject: subject)
    }
}

extension String {
    /// Opens a probe on a function or file of this name.
    fileprivate func withPerfEvent(
        _ kind: String, _ atReturn: Bool, _ offset: UInt64, _ subject: String
    ) throws(BPFError) -> OwnedDescriptor {
        let folder = "/sys/bus/event_source/devices/\(kind)"
        guard let type = try? ProcFile.read("\(folder)/type"),
            let type = UInt32(type.prefix { !$0.isNewline })
        else {
            throw BPFError(
                .unsupported, "attach", subject, "this kernel has no \(kind)s",
                errno: .noSuchFileOrDirectory,
                hint: "it was built without CONFIG_\(kind.uppercased())_EVENTS"
                    + (kind == "kprobe"
                        ? "; a tracepoint may do: SEC(\"tp_btf/NAME\"), SEC(\"tracepoint/C/NAME\")"
                        : ""))
        }
        // `config:0`: which bit asks for the return.
        let format = (try? ProcFile.read("\(folder)/format/retprobe")) ?? "config:0"
        let bit = UInt64(format.drop { $0 != ":" }.dropFirst().prefix(while: \.isNumber)) ?? 0
        let opened = bpf_shim_open_perf_event(type, atReturn ? 1 << bit : 0, self, offset)
        return OwnedDescriptor(owning: try check(opened, "attach", subject))
    }
}
