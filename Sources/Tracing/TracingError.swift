internal import BPF
internal import Datapath
internal import LinuxSystem
internal import Netlink
internal import SystemPackage

/// Why something could not be observed.
public struct TracingError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for exit codes and for callers that go on.
    public enum Code: Sendable {
        /// It could not be done here and now.
        case failed
        /// The kernel or the caller's privileges do not allow it.
        case unsupported
    }

    /// The kind.
    public let code: Code
    /// The whole sentence: `attempt: subject: why (ERRNO); what to do`.
    public let description: String

    init(
        _ attempt: String, _ subject: String, _ reason: String, errno: Errno? = nil,
        hint: String? = nil, code: Code = .failed
    ) {
        self.code = code
        var text = "\(attempt): \(subject): \(reason)"
        if let errno { text += " (\(errno.symbol))" }
        if let hint { text += "; \(hint)" }
        description = text
    }

    init(_ error: any Error) {
        if let error = error as? TracingError {
            self = error
            return
        }
        let errno: Errno? =
            switch error {
            case let error as BPFError: error.errno
            case let error as SystemError: error.errno
            case let error as NetlinkError: error.errno
            default: nil
            }
        let lacking = errno == .notPermitted || errno == .permissionDenied
        let unsupported =
            (error as? DatapathError)?.code == .unsupported
            || (error as? BPFError)?.isKernelLacking == true
        code = lacking || unsupported ? .unsupported : .failed
        description = "\(error)"
    }
}

/// Runs a body whose errors come from several modules, and throws them as ones of this module.
func translating<Result: ~Copyable>(
    _ body: () throws -> Result
) throws(TracingError) -> Result {
    do {
        return try body()
    } catch {
        throw TracingError(error)
    }
}
