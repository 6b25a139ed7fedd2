internal import LinuxSystem
public import SystemPackage

/// Why something about a user's programs, maps or sources failed.
public struct ProgramsError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for exit codes.
    public enum Code: Sendable {
        /// It could not be done here and now.
        case failed
        /// The kernel, the machine or the caller's privileges do not allow it.
        case unsupported
    }

    /// The kind.
    public let code: Code
    /// The whole sentence: `attempt: subject: why (ERRNO); what to do`.
    public let description: String

    /// An error that prints as `attempt: subject: reason (ERRNO); hint`.
    public init(
        _ attempt: String, _ subject: String, _ reason: String, errno: Errno? = nil,
        hint: String? = nil, code: Code = .failed
    ) {
        self.code = code
        var text = "\(attempt): \(subject): \(reason)"
        if let errno { text += " (\(errno.symbol))" }
        if let hint { text += "; \(hint)" }
        description = text
    }
}
