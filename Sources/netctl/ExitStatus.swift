import Datapath

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
}

/// Runs the body of a command: an error is printed once, here, and becomes an exit code.
func reporting(_ body: () throws -> Void) throws(ExitStatus) {
    do {
        try body()
    } catch let status as ExitStatus {
        throw status
    } catch {
        Terminal.error("\(error)")
        throw (error as? DatapathError).map { ExitStatus($0.code) } ?? .failed
    }
}

extension Reconciler {
    /// The reconciler of this process: what it had to undo or finish first is a message.
    static let reporting = Reconciler { Terminal.message("netctl: \($0)") }
}
