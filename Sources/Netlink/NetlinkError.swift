internal import LinuxSystem
public import SystemPackage

/// Why the kernel's networking could not be read or changed.
public struct NetlinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was attempted: `"attach XDP"`.
    public let attempt: String
    /// On what: `"eth0"`.
    public let subject: String
    /// The error number; `EBADMSG` for a reply that cannot be read.
    public let errno: Errno
    /// The kernel's own sentence (extended acknowledgement), if it gave one.
    public let extack: String?
    /// Our explanation, if we have a better one than the error number's.
    public let reason: String?
    /// What to do about it, if known.
    public let hint: String?

    /// An error that prints as `attempt: subject: sentence (ERRNO); hint`.
    public init(
        attempt: String, subject: String, errno: Errno, extack: String? = nil,
        reason: String? = nil, hint: String? = nil
    ) {
        self.attempt = attempt
        self.subject = subject
        self.errno = errno
        self.extack = extack
        self.reason = reason
        self.hint = hint
    }

    /// `attempt: subject: sentence (ERRNO); hint`, the sentence being ours, the kernel's or
    /// the error number's, in this order.
    public var description: String {
        let sentence = reason ?? extack ?? errno.sentence
        let line = "\(attempt): \(subject): \(sentence) (\(errno.symbol))"
        guard let hint else { return line }
        return "\(line); \(hint)"
    }
}
