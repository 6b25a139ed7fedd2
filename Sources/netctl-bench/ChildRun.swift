import Foundation
import Glibc

/// How long a command took and what it held at most.
struct ChildRun {
    let milliseconds: Double
    let peakMegabytes: Double

    /// Runs a command to its end; its output is thrown away.
    ///
    /// - Parameters:
    ///   - arguments: The command, looked up in PATH, and its arguments.
    ///   - watchesMemory: Whether to look at its memory every millisecond, by which the time may
    ///     then be too long.
    /// - Throws: ``BenchError`` unless it succeeds.
    init(_ arguments: [String], watchesMemory: Bool = false) throws {
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
        var peak = 0.0
        while waitpid(pid, &status, watchesMemory ? WNOHANG : 0) != pid {
            // Not `ru_maxrss`: a spawned child begins with the peak of its parent.
            peak = max(peak, Self.peakMegabytes(of: pid))
            usleep(1000)
        }
        milliseconds = (clock.now - start).milliseconds
        peakMegabytes = peak
        guard status == 0 else {
            throw BenchError("\(arguments.joined(separator: " ")) failed (status \(status))")
        }
    }
}

extension ChildRun {
    private static func peakMegabytes(of pid: pid_t) -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        else { return 0 }
        return (Double(kilobytes) ?? 0) / 1024
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}
