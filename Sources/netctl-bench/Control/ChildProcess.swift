import Glibc

/// A command that runs.
struct ChildProcess {
    let pid: pid_t
    private let name: String

    /// Starts a command, looked up in PATH, without input. `output` is where its standard output and
    /// standard error go; nil for nowhere, and this process's.
    init(_ arguments: [String], output: (Int32, Int32)? = nil) throws {
        name = arguments.joined(separator: " ")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output.0, 1)
            posix_spawn_file_actions_adddup2(&actions, output.1, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        var argv = arguments.map { strdup($0) }
        defer { for argument in argv { free(argument) } }
        argv.append(nil)
        var pid = pid_t()
        let error = posix_spawnp(&pid, arguments[0], &actions, nil, argv, environ)
        guard error == 0 else {
            throw BenchError("\(arguments[0]): \(String(cString: strerror(error)))")
        }
        self.pid = pid
    }

    /// Waits for the end.
    ///
    /// - Returns: Whether it succeeded.
    func wait() -> Bool {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status == 0
    }
}
