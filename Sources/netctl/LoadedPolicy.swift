import Datapath
import Policy

/// Reads policy files for a command and prints what is wrong with them.
struct LoadedPolicy {
    /// All errors and warnings.
    let diagnostics: [Diagnostic]
    /// The policy; nil when there is any error.
    let revision: PolicyRevision?
    /// What reading it gave.
    private let result: ReadResult
    /// How much each set holds.
    var sets: [SetSummary] { result.summaries }

    init(_ paths: [String], quiet: Bool) throws {
        let reading = Self.read(try PolicyFiles(paths), quiet: quiet)
        result = reading.result
        diagnostics = result.diagnostics
        revision = reading.revision
        for diagnostic in diagnostics where diagnostic.severity == .error || !quiet {
            Terminal.message(result.rendered(diagnostic))
        }
    }

    private static func read(_ files: PolicyFiles, quiet: Bool) -> PolicyReading {
        guard let line = ProgressLine(quiet: quiet) else { return files.read() }
        defer { line.clear() }
        return files.read { progress in
            line.show("reading \(progress.path): \(progress.percent) %")
        }
    }

    /// The policy, unless it is refused.
    ///
    /// - Parameter strict: Whether warnings refuse it, too.
    /// - Returns: The policy.
    /// - Throws: `ExitStatus.invalidPolicy`; the reasons have been printed.
    func accepted(strict: Bool) throws(ExitStatus) -> PolicyRevision {
        guard let revision, !strict || diagnostics.isEmpty else { throw .invalidPolicy }
        return revision
    }
}
