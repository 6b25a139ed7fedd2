internal import BPF
internal import LinuxSystem
internal import Netlink
internal import Policy
internal import PolicyCompiler
internal import SystemPackage

/// Why something about the datapath failed.
public struct DatapathError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for exit codes and for callers that go on.
    public enum Code: Sendable {
        /// It could not be done here and now.
        case failed
        /// The policy reads well but cannot be compiled.
        case invalidPolicy
        /// The kernel or the caller's privileges do not allow it.
        case unsupported
    }

    /// The kind.
    public let code: Code
    /// The whole sentence: `attempt: subject: why (ERRNO); what to do`.
    public let description: String
    /// All that the verifier wrote, where it refused a program.
    public let verifierLog: String?
    /// Whether the file system of the pins may not be written to.
    let isOfReadOnlyPins: Bool
    /// Whether it is about an interface, a network namespace or a cgroup that is not there.
    let isOfMissing: Bool

    init(
        _ attempt: String, _ subject: String, _ reason: String, errno: Errno? = nil,
        hint: String? = nil, code: Code = .failed
    ) {
        self.code = code
        verifierLog = nil
        isOfReadOnlyPins = false
        isOfMissing = false
        var text = "\(attempt): \(subject): \(reason)"
        if let errno { text += " (\(errno.symbol))" }
        if let hint { text += "; \(hint)" }
        description = text
    }

    /// An error about something that stands in a policy file.
    init(at location: SourceLocation, _ error: DatapathError) {
        code = .invalidPolicy
        description = "\(location): \(error)"
        verifierLog = error.verifierLog
        isOfReadOnlyPins = error.isOfReadOnlyPins
        isOfMissing = error.isOfMissing
    }

    init(_ error: any Error) {
        let errno: Errno? =
            switch error {
            case let error as BPFError: error.errno
            case let error as SystemError: error.errno
            case let error as NetlinkError: error.errno
            default: nil
            }
        if let error = error as? DatapathError {
            self = error
        } else {
            let lacking =
                errno == .notPermitted || errno == .permissionDenied
                || (error as? BPFError)?.isKernelLacking == true
            code = error is CompileError ? .invalidPolicy : lacking ? .unsupported : .failed
            isOfReadOnlyPins = errno == .readOnlyFileSystem
            isOfMissing =
                errno == .noSuchFileOrDirectory || errno == .operationNotSupportedByDevice
            description =
                isOfReadOnlyPins
                ? "\(error); the pins live there: mount -o remount,rw \(BPFFileSystem.mountPoint)"
                : "\(error)"
            verifierLog = (error as? BPFError)?.verifierLog?.text
        }
    }
}

/// Runs a body whose errors come from several modules, and throws them as ones of the datapath.
func translating<Result: ~Copyable>(
    _ body: () throws -> Result
) throws(DatapathError) -> Result {
    do {
        return try body()
    } catch {
        throw DatapathError(error)
    }
}
