internal import CLinuxShims
internal import Glibc
public import SystemPackage

/// A program of the machine that ran to its end, without a shell, and what it said.
///
/// Foundation's Process is of no use here: it talks to itself over the loopback interface, which is
/// down in a new network namespace.
public struct Subprocess: Sendable {
    /// The exit status; 128 + n if signal n ended it.
    public let status: Int32
    /// All of its standard output.
    public let stdout: String
    /// All of its standard error.
    public let stderr: String

    /// Runs a program in the caller's namespaces, with the caller's environment and nothing to read.
    ///
    /// The corresponding C function is `posix_spawn(3)`.
    ///
    /// - Parameters:
    ///   - path: The program's file.
    ///   - arguments: What it is told, without its own name.
    /// - Returns: What it said.
    /// - Throws: `ENOENT` and its kin when it cannot be started.
    public static func run(_ path: String, _ arguments: [String]) throws(Errno) -> Subprocess {
        let output = try Pipe()
        let errors = try Pipe()
        let child = try spawn(path, arguments, output.writing.rawValue, errors.writing.rawValue)
        output.closeWriting()
        errors.closeWriting()
        let texts = collect(output.reading.rawValue, errors.reading.rawValue)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && Errno.current == .interrupted {}
        let signal = status & 0x7f
        return Subprocess(
            status: signal == 0 ? status >> 8 & 0xff : 128 + signal,
            stdout: String(decoding: texts.0, as: UTF8.self),
            stderr: String(decoding: texts.1, as: UTF8.self))
    }

    /// Both ends of a pipe, closed on exec.
    private final class Pipe {
        let reading: OwnedDescriptor
        private(set) var writing: OwnedDescriptor

        init() throws(Errno) {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw .current }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            reading = OwnedDescriptor(owning: ends[0])
            writing = OwnedDescriptor(owning: ends[1])
        }

        /// The child has its own copy; ours would keep the pipe from ending.
        func closeWriting() { writing = OwnedDescriptor(owning: -1) }
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ output: Int32, _ errors: Int32
    ) throws(Errno) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        defer { words.forEach { free($0) } }
        // A signal that we ignore would be ignored there, too.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var usual = sigset_t()
        sigemptyset(&usual)
        sigaddset(&usual, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var child: pid_t = 0
        let result = posix_spawn(&child, path, &actions, &attributes, words, environ)
        guard result == 0 else { throw Errno(rawValue: result) }
        return child
    }

    /// Reads two pipes to their ends; one may fill while the other is silent.
    private static func collect(_ first: Int32, _ second: Int32) -> ([UInt8], [UInt8]) {
        var texts: [[UInt8]] = [[], []]
        var waiting = [first, second].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var chunk = [UInt8](repeating: 0, count: 65536)
        while waiting.contains(where: { $0.fd >= 0 }) {
            guard poll(&waiting, 2, -1) >= 0 || Errno.current == .interrupted else { break }
            for index in waiting.indices where waiting[index].fd >= 0 && waiting[index].revents != 0
            {
                let count = read(waiting[index].fd, &chunk, chunk.count)
                if count > 0 {
                    texts[index] += chunk.prefix(count)
                } else if count == 0 || Errno.current != .interrupted {
                    waiting[index].fd = -1
                }
            }
        }
        return (texts[0], texts[1])
    }
}
