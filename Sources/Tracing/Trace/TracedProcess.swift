internal import LinuxSystem
internal import NetctlABI

/// A process ran a program, forked, or ended.
public struct TracedProcess: Sendable, Equatable {
    /// When, in ns since boot.
    public let time: UInt64
    /// What happened.
    public let change: Change
    /// The process.
    public let process: SocketOwner
    /// Its parent.
    public let parent: Int32
    /// The inode of its network namespace; 0 once it has let go of it.
    public let netns: UInt64

    /// What a process can do.
    public enum Change: Sendable, Equatable {
        /// It runs another program now.
        case exec(file: String, arguments: ProgramArguments?)
        /// It came about.
        case fork
        /// It ended, its last thread with it.
        case exit(ExitCause)
    }

    init(_ record: netctl_trace_process, change: Change) {
        time = record.time
        self.change = change
        process = SocketOwner(
            pid: Int32(bitPattern: record.tgid), tid: Int32(bitPattern: record.tgid),
            uid: record.uid, comm: text(record.comm), cgroupID: record.cgroup_id,
            startTicks: LinuxProcess.ticks(fromBootNanoseconds: record.task_start))
        parent = Int32(bitPattern: record.parent)
        netns = UInt64(record.netns)
    }
}

/// How a process ended.
public enum ExitCause: Sendable, Equatable {
    /// It gave this code.
    case code(Int32)
    /// This signal ended it; with a core dump or without.
    case signal(Int32, dumped: Bool)

    /// Reads what `wait(2)` would give.
    init(status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .code(status >> 8 & 0xff) : .signal(signal, dumped: status & 0x80 != 0)
    }
}

/// The arguments that a program was run with.
public struct ProgramArguments: Sendable, Equatable {
    /// Its name first; the last one may be cut.
    public let words: [String]
    /// How many bytes there were beyond those that were kept.
    public let missingBytes: Int

    init(_ bytes: some Collection<UInt8>, of total: Int) {
        var words = bytes.split(separator: 0, omittingEmptySubsequences: false)
        // Each has a zero behind it, so that nothing is behind the last one.
        if words.last?.isEmpty == true { words.removeLast() }
        self.words = words.map { String(decoding: $0, as: UTF8.self) }
        missingBytes = max(0, total - bytes.count)
    }
}
