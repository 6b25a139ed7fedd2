import Datapath
import Policy

/// Reads policy files for a command and prints what is wrong with them.
struct LoadedPolicy {
    /// All errors and warnings.
    let diagnostics: [Diagnostic]
    /// The policy; nil when there is any error.
    let revision: PolicyRevision?

    init(_ paths: [String], quiet: Bool) throws {
        let (result, revision) = try PolicyFiles(paths).revision()
        diagnostics = result.diagnostics
        self.revision = revision
        for diagnostic in diagnostics where diagnostic.severity == .error || !quiet {
            Terminal.message(result.rendered(diagnostic))
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
