import Foundation

/// The terminal while it shows a picture instead of lines.
///
/// It is given back as it was whatever ends the process: leaving, `exit`, a signal, a crash. Only
/// SIGKILL asks nobody.
final class Screen {
    /// Takes the terminal.
    ///
    /// - Throws: ``ScreenError`` where standard input and output are not one.
    init() throws {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1,
            tcgetattr(STDIN_FILENO, terminalBefore) == 0
        else { throw ScreenError() }
        atexit { giveTerminalBack() }
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] {
            signal(number) { number in
                giveTerminalBack()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        signal(SIGWINCH) { _ in }  // Ends the wait for a key.
        take()
    }

    deinit {
        giveTerminalBack()
    }

    private func take() {
        let echoing = terminalBefore.pointee.c_lflag
        terminalBefore.pointee.c_lflag = echoing & ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, terminalBefore)
        terminalBefore.pointee.c_lflag = echoing
        terminalIsTaken = 1
        put("\u{1B}[?1049h\u{1B}[?25l")  // the other screen, no cursor
    }

    /// How large it is now.
    var size: TopFrame.Size {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0,
            window.ws_row > 0
        else { return TopFrame.Size(columns: 80, rows: 24) }
        return TopFrame.Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
    }

    /// Draws a picture over the one before.
    func draw(_ frame: TopFrame) {
        var text = "\u{1B}[H"
        for (index, line) in frame.lines.enumerated() {
            if index > 0 { text += "\r\n" }
            text += line.isInverse ? "\u{1B}[7m\(line.text)\u{1B}[0m" : line.text
            text += "\u{1B}[K"
        }
        put(text + "\u{1B}[J")
    }

    /// Waits for keys.
    ///
    /// - Parameter milliseconds: How long at most; a signal or another size ends it early.
    /// - Returns: The keys; `nil` if the terminal is gone.
    func keys(within milliseconds: Int32) -> [Key]? {
        var awaited = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&awaited, 1, milliseconds) > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN ? [] : nil }
        return count == 0 ? nil : Key.keys(Array(bytes.prefix(count)))
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            guard count > 0 || errno == EINTR else { return }
            written += max(0, count)
        }
    }
}

/// Why there is no screen.
struct ScreenError: Error, CustomStringConvertible {
    let description =
        "show a live screen: standard input and output: they are no terminal (ENOTTY); "
        + "--once prints the table once"
}

/// Memory of its own: a variable of this type is made three bytes shorter than the C library takes it to be
/// (Swift 6.3; the address sanitizer found it).
nonisolated(unsafe) private let terminalBefore = UnsafeMutablePointer<termios>.allocate(capacity: 1)
nonisolated(unsafe) private var terminalIsTaken: sig_atomic_t = 0

/// Calls nothing but what a signal handler may.
private func giveTerminalBack() {
    guard terminalIsTaken != 0 else { return }
    terminalIsTaken = 0
    // Attributes off, the cursor, the first screen.
    let text: StaticString = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"
    _ = write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    tcsetattr(STDIN_FILENO, TCSANOW, terminalBefore)
}
