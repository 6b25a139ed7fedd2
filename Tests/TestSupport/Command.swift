internal import CLinuxShims
internal import Glibc
internal import SystemPackage

/// What a finished command left.
public struct CommandResult: Sendable, CustomStringConvertible {
    /// The exit status; 128 + n if signal n ended it, as a shell has it.
    public let status: Int32
    /// All of its standard output.
    public let stdout: String
    /// All of its standard error.
    public let stderr: String

    /// Status and both outputs, for a failed expectation.
    public var description: String { "status \(status)\n\(stdout)\(stderr)" }
}

/// Why a command did not do what a test needs.
public struct CommandError: Error, CustomStringConvertible {
    /// The command, what it said and how it ended.
    public let description: String
}

/// Runs a command, without a shell, and waits for it.
///
/// It is spawned from the calling thread and so inherits that thread's network namespace. No
/// descriptor but the three standard ones reaches it, if all are closed on exec.
///
/// - Parameters:
///   - arguments: The command, looked up in PATH, and its arguments.
///   - environment: Variables added to, or in place of, this process's.
///   - limit: How long it may take; then it is killed and this throws.
/// - Returns: Its status, whatever that is, and what it printed.
/// - Throws: ``CommandError`` if it cannot be started or takes too long.
public func run(
    _ arguments: [String], environment: [String: String] = [:], limit: Duration = .seconds(120)
) throws(CommandError) -> CommandResult {
    let name = arguments.joined(separator: " ")
    do throws(Errno) {
        var child = try ChildProcess(arguments, environment: environment)
        guard child.collect(until: .now + limit) else { throw .timedOut }
        return child.result
    } catch {
        let why = error == .timedOut ? "not finished after \(limit)" : error.description
        throw CommandError(description: "\(name): \(why)")
    }
}

/// Runs a command that must succeed, and answers its standard output.
///
/// - Throws: ``CommandError`` with what it printed if its status is not 0.
@discardableResult
public func runChecked(
    _ arguments: [String], environment: [String: String] = [:], limit: Duration = .seconds(120)
) throws(CommandError) -> String {
    let result = try run(arguments, environment: environment, limit: limit)
    guard result.status == 0 else {
        throw CommandError(description: "\(arguments.joined(separator: " ")): \(result)")
    }
    return result.stdout
}
