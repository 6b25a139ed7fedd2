internal import CLibbpf
public import LinuxSystem
internal import SystemPackage

extension Link {
    /// Attaches a program to what its section names: a tracepoint with typed arguments (`tp_btf`), or
    /// the entry or exit of a function of the kernel (`fentry`, `fexit`).
    ///
    /// The program was bound to it when it was loaded. That it was loaded does not mean that it can be
    /// attached: try both.
    ///
    /// The corresponding system call is `bpf(BPF_RAW_TRACEPOINT_OPEN)`, since Linux 5.5.
    ///
    /// - Parameter program: A program of type ``ProgramType/tracing`` that is no iterator.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.system`: `EPERM`, `EINVAL` for a program of another type, `EBUSY`
    ///   if a function has no room for another program.
    public static func attachTracing(program: borrowing Program) throws(BPFError) -> Link {
        try open(program, subject: program.subject, tracepoint: nil)
    }

    /// Attaches a program to one of the kernel's tracepoints.
    ///
    /// The corresponding system call is `bpf(BPF_RAW_TRACEPOINT_OPEN)`, since Linux 4.17.
    ///
    /// - Parameters:
    ///   - program: A program of type ``ProgramType/rawTracepoint``.
    ///   - tracepoint: Its name without the subsystem: `kfree_skb`.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.system`: `ENOENT` if there is no such tracepoint.
    public static func attachRawTracepoint(
        program: borrowing Program, tracepoint: String
    ) throws(BPFError) -> Link {
        try open(
            program, subject: "\(program.subject) to tracepoint \(tracepoint)",
            tracepoint: tracepoint)
    }

    private static func open(
        _ program: borrowing Program, subject: String, tracepoint: String?
    ) throws(BPFError) -> Link {
        let result = bpf_raw_tracepoint_open(tracepoint, program.descriptor.rawValue)
        guard result >= 0 else {
            let errno = Errno(rawValue: -result)
            let reason: String? =
                switch errno {
                case .noSuchFileOrDirectory: "this kernel has no such tracepoint"
                case .invalidArgument:
                    mismatch(of: program, with: tracepoint == nil ? .tracing : .rawTracepoint)
                default: nil
                }
            throw .system("attach", subject, errno, reason: reason)
        }
        return Link(descriptor: .init(owning: result), subject: subject)
    }

    /// Makes ready to walk what an iterator's section names: `iter/task_file` is every open file.
    ///
    /// The corresponding system call is `bpf(BPF_LINK_CREATE)`, for iterators since Linux 5.8.
    ///
    /// - Parameter program: A program of type ``ProgramType/tracing`` that is an iterator.
    /// - Returns: The link; ``openIterator()`` begins a walk.
    /// - Throws: ``BPFError`` with `.system`.
    public static func attachIterator(program: borrowing Program) throws(BPFError) -> Link {
        let result = bpf_link_create(program.descriptor.rawValue, 0, BPF_TRACE_ITER, nil)
        guard result >= 0 else {
            let errno = Errno(rawValue: -result)
            throw .system(
                "attach", program.subject, errno,
                reason: errno == .invalidArgument ? mismatch(of: program, with: .tracing) : nil)
        }
        return Link(descriptor: .init(owning: result), subject: program.subject)
    }

    /// Begins a walk of an iterator: the program runs while the descriptor is read, and what it writes
    /// is what is read.
    ///
    /// The corresponding system call is `bpf(BPF_ITER_CREATE)`.
    ///
    /// - Returns: A descriptor to read until its end.
    /// - Throws: ``BPFError`` with `.system`: `EINVAL` for a link of another type.
    public borrowing func openIterator() throws(BPFError) -> OwnedDescriptor {
        OwnedDescriptor(
            owning: try check(bpf_iter_create(descriptor.rawValue), "start iterator", subject))
    }

    /// Walks an iterator to its end and takes what its program has written.
    ///
    /// - Parameter type: What the program writes; nothing but whole ones.
    /// - Returns: All of them, in the order of the walk.
    /// - Throws: ``BPFError`` with `.system`, or with `.layout` if the last one is cut.
    public borrowing func iterate<Record: BitwiseCopyable>(
        as type: Record.Type
    ) throws(BPFError) -> [Record] {
        let walk = try openIterator()
        var records: [Record] = []
        var left: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            do throws(Errno) {
                let count = try walk.read(into: &chunk)
                if count == 0 { break }
                left.append(contentsOf: chunk.prefix(count))
            } catch {
                throw .system("read iterator", subject, error)
            }
            let whole = left.count / MemoryLayout<Record>.stride
            left.withUnsafeBytes { bytes in
                for index in 0..<whole {
                    records.append(
                        bytes.loadUnaligned(
                            fromByteOffset: index * MemoryLayout<Record>.stride, as: Record.self))
                }
            }
            left.removeFirst(whole * MemoryLayout<Record>.stride)
        }
        guard left.isEmpty else {
            throw BPFError(
                .layout, "read iterator", subject,
                "it ends with \(left.count) bytes of a \(Record.self)")
        }
        return records
    }
}
