internal import SystemPackage

/// A command that runs beside the test and is killed, if need be, when its owner goes.
///
/// Like ``run(_:environment:limit:)`` it starts in the calling thread's network namespace.
public struct BackgroundCommand: ~Copyable {
    private var child: ChildProcess
    private let name: String

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - arguments: The command, looked up in PATH, and its arguments.
    ///   - environment: Variables added to, or in place of, this process's.
    /// - Throws: ``CommandError`` if it cannot be started.
    public init(_ arguments: [String], environment: [String: String] = [:]) throws(CommandError) {
        name = arguments.joined(separator: " ")
        do {
            child = try ChildProcess(arguments, environment: environment)
        } catch {
            throw CommandError(description: "\(name): \(error)")
        }
    }

    /// Its process id.
    public var pid: Int32 { child.pid }

    /// Waits until its standard output contains `text`.
    ///
    /// - Parameters:
    ///   - text: What to wait for.
    ///   - times: How often it is to be there.
    ///   - limit: How long.
    /// - Returns: The standard output so far.
    /// - Throws: ``CommandError`` if it ends before, or the time is up.
    @discardableResult
    public mutating func waitForOutput(
        _ text: String, times: Int = 1, limit: Duration = .seconds(60)
    ) throws(CommandError) -> String {
        let deadline = ContinuousClock.now + limit
        func isThere() -> Bool { child.result.stdout.ranges(of: text).count >= times }
        while !isThere() {
            let ended = child.collect(until: min(deadline, .now + .milliseconds(10)))
            if isThere() { break }
            guard !ended, ContinuousClock.now < deadline else {
                let what = times == 1 ? "'\(text)'" : "'\(text)' \(times) times"
                throw CommandError(
                    description: "\(name): no \(what) in its output: \(child.result)")
            }
        }
        return child.result.stdout
    }

    /// Sends a signal.
    public borrowing func signal(_ number: Int32) {
        child.signal(number)
    }

    /// Waits for its end.
    ///
    /// - Parameter limit: How long; then it is killed and this throws.
    /// - Returns: Its status, whatever that is, and what it printed.
    /// - Throws: ``CommandError`` if it takes too long.
    public consuming func wait(limit: Duration = .seconds(60)) throws(CommandError) -> CommandResult
    {
        guard child.collect(until: .now + limit) else {
            throw CommandError(description: "\(name): not finished after \(limit)")
        }
        return child.result
    }
}
