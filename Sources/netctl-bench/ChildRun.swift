import Glibc

/// How long a command took and what it held at most.
struct ChildRun {
    let milliseconds: Double
    let peakMegabytes: Double

    /// Runs a command to its end; its output is thrown away.
    ///
    /// - Throws: ``BenchError`` unless it succeeds.
    init(_ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var argv = arguments.map { strdup($0) }
        defer { for argument in argv { free(argument) } }
        argv.append(nil)

        let clock = ContinuousClock()
        let start = clock.now
        var pid = pid_t()
        let error = posix_spawnp(&pid, arguments[0], &actions, nil, argv, environ)
        guard error == 0 else {
            throw BenchError("\(arguments[0]): \(String(cString: strerror(error)))")
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
        milliseconds = (clock.now - start).milliseconds
        // Linux counts kilobytes.
        peakMegabytes = Double(usage.ru_maxrss) / 1024
        guard status == 0 else {
            throw BenchError("\(arguments.joined(separator: " ")) failed (status \(status))")
        }
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}
