import Foundation
import TestSupport
import Testing

/// `netctl daemon` beside a test, and what it has said.
struct RunningDaemon: ~Copyable {
    private var command: BackgroundCommand

    /// Starts it; its messages come with its results.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        command = try BackgroundCommand(
            ["sh", "-c", #"exec "$0" daemon "$@" 2>&1"#, Netctl.path] + arguments,
            environment: environment)
    }

    /// Waits until it has said this, so often.
    mutating func expect(
        _ text: String, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        do {
            try command.waitForOutput(text, times: times)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
            throw error
        }
    }

    /// Has it read and apply everything anew.
    func reload() { command.signal(SIGHUP) }

    /// Kills it.
    consuming func kill() throws {
        command.signal(SIGKILL)
        _ = try command.wait()
    }

    /// Ends it as systemd would.
    ///
    /// - Returns: All that it said.
    @discardableResult
    consuming func end(sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        command.signal(SIGTERM)
        let result = try command.wait()
        #expect(result.status == 0, "\(result)", sourceLocation: sourceLocation)
        return result.stdout
    }
}

/// Waits until what another process does has come about.
func eventually(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record(
        "not within 120 s: \(what): \(try StatusDocument.now())", sourceLocation: sourceLocation)
}

extension StatusDocument {
    /// Where something is attached that works: `near0 xdp`, without what is gone.
    static func working() throws -> Set<String> {
        Set(
            try now().attachments.filter { $0.state != "gone" }
                .map { "\($0.interface ?? $0.cgroup ?? "") \($0.hook)" })
    }
}
