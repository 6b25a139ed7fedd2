import Foundation
import LinuxSystem
import SystemPackage

/// Standard output for results, standard error for messages.
enum Terminal {
    /// When to use colour.
    enum Color: String, CaseIterable {
        case auto, always, never
    }

    /// Set once, from the options.
    nonisolated(unsafe) static var color = Color.auto

    /// How long to wait for a reader who is behind, before what is written is dropped; nil: as long as it
    /// takes. Set once, by what has to go on without readers.
    nonisolated(unsafe) static var patience: Duration?

    /// How often something was dropped and not told of yet.
    nonisolated(unsafe) private static var dropped = 0

    /// Whether a person reads the results.
    static let showsResults = isatty(STDOUT_FILENO) == 1

    /// Whether a person reads the messages.
    static let showsMessages = isatty(STDERR_FILENO) == 1

    /// Writes a line of results.
    static func result(_ line: String) throws { try passOnResult(line + "\n") }

    /// Writes a line that is no result.
    static func message(_ line: String) {
        passOn(line + "\n")
    }

    /// Writes what is to be written over.
    static func progress(_ text: String) { passOn(text) }

    /// Says what was done besides what the command is for.
    static func notice(_ text: String) { message("netctl: \(text)") }

    /// Says why a command failed.
    static func error(_ text: String) { message("\(emphasis("netctl:", code: 31)) \(text)") }

    /// Says what is odd.
    static func warning(_ text: String) {
        message("netctl: \(emphasis("warning:", code: 33)) \(text)")
    }

    /// Writes a part of a line of results.
    static func passOnResult(_ text: String) throws {
        do {
            try write(text, to: .standardOutput)
        } catch let errno as Errno {
            throw SystemError(attempt: "write result", subject: "standard output", errno: errno)
        }
    }

    /// Writes what another program said, as it is. Where nobody can be told, nobody is.
    static func passOn(_ text: String) {
        let notice = dropped == 0 ? "" : "netctl: \(dropped) messages before this were not read\n"
        let before = dropped
        try? write(notice + text, to: .standardError)
        if dropped == before { dropped = 0 }
    }

    private static func write(_ text: String, to descriptor: FileDescriptor) throws {
        if let patience {
            if try !descriptor.write(text, waitingUpTo: patience) { dropped += 1 }
        } else {
            try descriptor.writeAll(text.utf8)
        }
    }

    /// Whether messages are coloured.
    static var colorsMessages: Bool { usesColor(STDERR_FILENO) }

    private static func emphasis(_ text: String, code: Int) -> String {
        usesColor(STDERR_FILENO) ? "\u{1B}[1;\(code)m\(text)\u{1B}[0m" : text
    }

    private static func usesColor(_ descriptor: Int32) -> Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto:
            isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        }
    }
}
