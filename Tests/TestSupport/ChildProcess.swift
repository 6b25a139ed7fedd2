internal import CLinuxShims
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A running command whose outputs are gathered.
struct ChildProcess: ~Copyable {
    let pid: pid_t
    private let outputs: Pipes
    private var stdout: [UInt8] = []
    private var stderr: [UInt8] = []
    private var status: Int32?

    /// The reading ends.
    private struct Pipes: ~Copyable {
        let stdout: OwnedDescriptor
        let stderr: OwnedDescriptor
    }

    init(_ arguments: [String], environment: [String: String]) throws(Errno) {
        let (stdoutRead, stdoutWrite) = try ChildProcess.pipe()
        let out = OwnedDescriptor(owning: stdoutRead)
        let outWrite = OwnedDescriptor(owning: stdoutWrite)
        let (stderrRead, stderrWrite) = try ChildProcess.pipe()
        let err = OwnedDescriptor(owning: stderrRead)
        let errWrite = OwnedDescriptor(owning: stderrWrite)
        pid = try ChildProcess.spawn(
            arguments, environment: environment, stdout: outWrite.rawValue,
            stderr: errWrite.rawValue)
        outputs = Pipes(stdout: out, stderr: err)
    }

    private static func pipe() throws(Errno) -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        let answer = netctl_pipe(&ends)
        guard answer == 0 else { throw Errno(rawValue: -answer) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ arguments: [String], environment: [String: String], stdout: Int32, stderr: Int32
    ) throws(Errno) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr, 2)

        var variables = inheritedEnvironment()
        variables.merge(environment) { $1 }
        let argv = CStrings(arguments)
        let envp = CStrings(variables.map { "\($0)=\($1)" })
        var pid = pid_t()
        let error = posix_spawnp(&pid, arguments[0], &actions, nil, argv.array, envp.array)
        guard error == 0 else { throw Errno(rawValue: error) }
        return pid
    }

    private static func inheritedEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }

    /// Reads until the command has ended; false if that was not before `deadline`.
    mutating func collect(until deadline: ContinuousClock.Instant) -> Bool {
        while status == nil {
            guard ContinuousClock.now < deadline else { return false }
            var polled = [outputs.stdout.rawValue, outputs.stderr.rawValue].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            // Short: a closed pipe is always ready, and the end itself is not polled for.
            if poll(&polled, 2, 5) > 0, !drain() { usleep(1000) }
            reap()
        }
        // What a grandchild that outlives the command writes is not waited for.
        _ = drain()
        return true
    }

    /// Reads what is there; false if nothing was.
    private mutating func drain() -> Bool {
        let first = ChildProcess.drain(outputs.stdout, into: &stdout)
        return ChildProcess.drain(outputs.stderr, into: &stderr) || first
    }

    private static func drain(_ pipe: borrowing OwnedDescriptor, into bytes: inout [UInt8]) -> Bool
    {
        let before = bytes.count
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            var polled = pollfd(fd: pipe.rawValue, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 0) > 0 else { break }
            let count = read(pipe.rawValue, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        return bytes.count > before
    }

    private mutating func reap() {
        var raw: Int32 = 0
        guard waitpid(pid, &raw, WNOHANG) == pid else { return }
        let signal = raw & 0x7f
        status = signal == 0 ? raw >> 8 & 0xff : 128 + signal
    }

    func signal(_ number: Int32) {
        if status == nil { kill(pid, number) }
    }

    deinit {
        guard status == nil else { return }
        kill(pid, SIGKILL)
        var raw: Int32 = 0
        while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
    }

    var result: CommandResult {
        CommandResult(
            status: status ?? -1, stdout: String(decoding: stdout, as: UTF8.self),
            stderr: String(decoding: stderr, as: UTF8.self))
    }
}

/// Terminated strings in a terminated array, for `exec`.
private struct CStrings: ~Copyable {
    let array: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        array = strings.map { strdup($0) } + [nil]
    }

    deinit {
        for string in array { free(string) }
    }
}
