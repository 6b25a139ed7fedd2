import BPF
import Datapath
import LinuxSystem
import Programs
import SystemPackage
import Tracing

/// The exit codes of netctl. Thrown once the reason has been printed.
enum ExitStatus: Int32, Error {
    case failed = 1
    case usage = 2
    case invalidPolicy = 3
    case unsupported = 4
    case differences = 10

    init(_ code: DatapathError.Code) {
        switch code {
        case .failed: self = .failed
        case .invalidPolicy: self = .invalidPolicy
        case .unsupported: self = .unsupported
        }
    }

    init(_ error: any Error) {
        switch error {
        case let error as DatapathError: self.init(error.code)
        case let error as TracingError: self = error.code == .unsupported ? .unsupported : .failed
        default: self = .failed
        }
    }

    /// What an error of any module means for whoever waits for the exit code.
    init(reason error: any Error) {
        switch error {
        // The verifier's EACCES is about the program, not about the caller.
        case let error as DatapathError:
            self.init(error.verifierLog == nil ? error.code : .failed)
        case let error as ProgramsError: self = error.code == .unsupported ? .unsupported : .failed
        case let error as TracingError: self = error.code == .unsupported ? .unsupported : .failed
        case let error as BPFError: self = error.isUnsupported ? .unsupported : .failed
        case let error as SystemError: self = error.errno.isPrivilege ? .unsupported : .failed
        default: self = .failed
        }
    }
}

extension BPFError {
    /// Whether the kernel or the caller's privileges are in the way.
    fileprivate var isUnsupported: Bool {
        isKernelLacking
            || code == .system && (errno?.isPrivilege == true || errno == .notSupportedOnSocket)
    }
}

extension Errno {
    fileprivate var isPrivilege: Bool { self == .notPermitted || self == .permissionDenied }
}

/// Runs the body of a command: an error is printed once, here, and becomes an exit code.
///
/// - Parameters:
///   - fullVerifierLog: Whether all that the verifier wrote is printed in front of an error; nil for a
///     command that has no such option.
///   - body: The command.
/// - Throws: The exit code, once the reason has been printed.
func reporting(
    fullVerifierLog: Bool? = nil, _ body: () throws -> Void
) throws(ExitStatus) {
    do {
        try body()
    } catch let status as ExitStatus {
        throw status
    } catch {
        let log = (error as? DatapathError)?.verifierLog
        if fullVerifierLog == true, let log { Terminal.passOn(log) }
        Terminal.error("\(error)")
        if fullVerifierLog == false, log?.isEmpty == false {
            Terminal.message("  --verifier-log shows all that the verifier wrote")
        }
        throw ExitStatus(reason: error)
    }
}

extension Reconciler {
    /// The reconciler of this process: what it had to undo or finish first is a message.
    static let reporting = Reconciler { Terminal.notice($0) }
}
