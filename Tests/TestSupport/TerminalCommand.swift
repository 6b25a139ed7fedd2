internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A command that runs on a terminal of its own, a pseudo-terminal of 80 by 24, and is killed when its
/// owner goes.
public struct TerminalCommand: ~Copyable {
    /// Its process id.
    public let pid: Int32
    private let terminal: OwnedDescriptor
    private let name: String
    private var screen: [UInt8] = []
    private var status: Int32?

    /// Starts a command, with no signal blocked.
    ///
    /// - Parameter arguments: The command, looked up in PATH, and its arguments.
    /// - Throws: ``CommandError`` if it cannot be started.
    public init(_ arguments: [String]) throws(CommandError) {
        name = arguments.joined(separator: " ")
        let number = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        terminal = OwnedDescriptor(owning: number)
        var (locked, index): (Int32, UInt32) = (0, 0)
        // TIOCSPTLCK, TIOCGPTN
        guard number >= 0, ioctl(number, 0x4004_5431, &locked) == 0,
            ioctl(number, 0x8004_5430, &index) == 0
        else { throw CommandError(description: "\(name): no pseudo-terminal: errno \(errno)") }
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(number, UInt(TIOCSWINSZ), &size)
        pid = try Self.spawn(arguments, on: "/dev/pts/\(index)", name)
    }

    private static func spawn(
        _ arguments: [String], on path: String, _ name: String
    ) throws(CommandError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that the leader of a session opens is its own.
        posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // POSIX_SPAWN_SETSIGMASK, POSIX_SPAWN_SETSID
        posix_spawnattr_setflags(&attributes, 0x08 | 0x80)
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let error = posix_spawnp(&pid, arguments[0], &actions, &attributes, &words, environ)
        guard error == 0 else {
            throw CommandError(description: "\(name): \(Errno(rawValue: error))")
        }
        return pid
    }

    deinit {
        guard status == nil else { return }
        kill(pid, SIGKILL)
        var ignored: Int32 = 0
        waitpid(pid, &ignored, 0)
    }

    /// How the terminal is set: what `stty` would show.
    public var settings: [UInt32] {
        // A variable of this type is shorter than the C library takes it to be.
        withUnsafeTemporaryAllocation(of: termios.self, capacity: 1) { settings in
            tcgetattr(terminal.rawValue, settings.baseAddress)
            let (input, output) = (settings[0].c_iflag, settings[0].c_oflag)
            return [input, output, settings[0].c_cflag, settings[0].c_lflag]
        }
    }

    /// Types.
    public borrowing func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(terminal.rawValue, bytes, bytes.count)
    }

    /// Makes the terminal another size.
    public borrowing func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(terminal.rawValue, UInt(TIOCSWINSZ), &size)
    }

    /// Sends a signal.
    public borrowing func signal(_ number: Int32) { kill(pid, number) }

    /// Waits until something is written behind what was there before.
    ///
    /// - Parameters:
    ///   - text: What to wait for.
    ///   - limit: How long.
    /// - Returns: What was written since the last time.
    /// - Throws: ``CommandError`` if the time is up.
    @discardableResult
    public mutating func waitForOutput(
        _ text: String, limit: Duration = .seconds(60)
    ) throws(CommandError) -> String {
        let deadline = ContinuousClock.now + limit
        while true {
            let written = String(decoding: screen, as: UTF8.self)
            if written.contains(text) {
                screen.removeAll()
                return written
            }
            guard ContinuousClock.now < deadline else {
                throw CommandError(description: "\(name): no '\(text)' on its screen: \(written)")
            }
            collect()
        }
    }

    private mutating func collect() {
        var polled = pollfd(fd: terminal.rawValue, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, 20) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = read(terminal.rawValue, &bytes, bytes.count)
        if count > 0 { screen += bytes.prefix(count) } else { usleep(10_000) }
    }

    /// Waits for its end.
    ///
    /// - Returns: Its status, 128 + n if signal n ended it, and what was written since the last time.
    /// - Throws: ``CommandError`` if it takes too long.
    public mutating func wait(
        limit: Duration = .seconds(60)
    ) throws(CommandError) -> (status: Int32, output: String) {
        let deadline = ContinuousClock.now + limit
        var raw: Int32 = 0
        while waitpid(pid, &raw, WNOHANG) == 0 {
            guard ContinuousClock.now < deadline else {
                throw CommandError(description: "\(name): not finished after \(limit)")
            }
            collect()
        }
        status = raw
        for _ in 0..<5 { collect() }
        let signal = raw & 0x7f
        return (
            signal == 0 ? raw >> 8 & 0xff : 128 + signal, String(decoding: screen, as: UTF8.self)
        )
    }
}
