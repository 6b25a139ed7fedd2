public import SystemPackage

/// Why something about files, mounts or namespaces failed.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was attempted: `"enter network namespace"`.
    public let attempt: String
    /// On what: `"blue"`.
    public let subject: String
    /// The error number.
    public let errno: Errno
    /// A better explanation than the error number's, if there is one.
    public let reason: String?
    /// What to do about it, if known.
    public let hint: String?

    /// An error that prints as `attempt: subject: reason (ERRNO); hint`.
    public init(
        attempt: String, subject: String, errno: Errno, reason: String? = nil, hint: String? = nil
    ) {
        self.attempt = attempt
        self.subject = subject
        self.errno = errno
        self.reason = reason
        self.hint = hint
    }

    /// `attempt: subject: reason (ERRNO); hint`.
    public var description: String {
        let line = "\(attempt): \(subject): \(reason ?? errno.sentence) (\(errno.symbol))"
        guard let hint else { return line }
        return "\(line); \(hint)"
    }
}
