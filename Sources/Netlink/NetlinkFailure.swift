internal import SystemPackage

/// What went wrong below the level that knows attempt and subject.
package struct NetlinkFailure: Error, Equatable {
    let errno: Errno
    var extack: String?
    var reason: String?

    /// A reply that breaks the rules of netlink.
    static func malformed(_ what: String) -> NetlinkFailure {
        NetlinkFailure(errno: .badMessage, reason: "malformed reply: \(what)")
    }

    /// The error to throw to a caller.
    func error(_ attempt: String, _ subject: String, hint: String? = nil) -> NetlinkError {
        NetlinkError(
            attempt: attempt, subject: subject, errno: errno, extack: extack, reason: reason,
            hint: hint)
    }
}
