public import LinuxSystem

/// A process that a socket belongs to. It may have ended since.
public struct SocketOwner: Hashable, Sendable {
    /// The process.
    public let pid: Int32
    /// The thread that was seen; 0 if none was.
    public let tid: Int32
    /// Its user.
    public let uid: UInt32
    /// Its name, as it is: it may have any character in it. ``printable(_:)`` makes it fit to print.
    public let comm: String
    /// The id of its cgroup of version 2; 0 if it is not known.
    public let cgroupID: UInt64
    /// When the process started, in clock ticks since boot; with the number it names one process for
    /// ever.
    public let startTicks: UInt64

    /// The process, if it still runs: another with its number is not it.
    public var running: LinuxProcess? {
        let process = LinuxProcess(pid: pid)
        return process.startTicks == startTicks ? process : nil
    }

    /// `curl[4711]`, fit to print.
    public var text: String { "\(printable(comm))[\(pid)]" }
}

/// Text of somebody else's, fit for a terminal and a line: what moves the cursor, begins a line or
/// cannot be seen is written as `\n`, `\x1b` or `\u{202e}`.
public func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\\": result += "\\\\"
        case _ where scalar.value < 0x20 || scalar.value == 0x7f:
            let digits = String(scalar.value, radix: 16)
            result += "\\x" + (digits.count < 2 ? "0" : "") + digits
        case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
                .unassigned:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
    return result
}
