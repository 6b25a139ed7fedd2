/// The state of one reading: what was found wrong, and what is to be checked in the end.
final class Reading {
    /// The file that is being read.
    var source: SourceText
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var omitted = 0
    private var reported: [Diagnostic.Severity: Int] = [:]
    /// How many errors there were, those that are not shown included.
    private(set) var errors = 0
    var hasErrors: Bool { errors > 0 }
    /// The sets that rules and sets refer to.
    var setReferences: [SetReference] = []
    /// The filters that attach entries refer to.
    var filterReferences: [(name: Name, location: SourceLocation)] = []
    /// The device lists that attach entries refer to.
    var deviceReferences: [(name: Name, location: SourceLocation)] = []

    init(source: SourceText) { self.source = source }

    func report(_ diagnostic: Diagnostic) {
        guard admits(diagnostic.severity) else { return }
        diagnostics.append(diagnostic)
    }

    /// Counts an error or a warning, and whether it is still reported; warnings crowd out no error.
    private func admits(_ severity: Diagnostic.Severity) -> Bool {
        if severity == .error { errors += 1 }
        let isAdmitted = reported[severity, default: 0] < PolicyLimits.diagnostics
        if isAdmitted { reported[severity, default: 0] += 1 } else { omitted += 1 }
        return isAdmitted
    }

    /// Reports an error at a value of the current file.
    func error(_ code: String, _ message: String, hint: String? = nil, at value: YAMLValue) {
        guard admits(.error) else { return }
        diagnostics.append(
            Diagnostic(code: code, message: message, hint: hint, location: location(of: value)))
    }

    /// Reports something at a place of any file.
    func report(
        _ severity: Diagnostic.Severity, _ code: String, _ message: String, hint: String? = nil,
        at location: SourceLocation
    ) {
        report(
            Diagnostic(
                severity: severity, code: code, message: message, hint: hint, location: location))
    }

    /// Where a value of the current file stands, with the width of its first token.
    func location(of value: YAMLValue) -> SourceLocation { source.location(of: value) }
}

/// A place where a set is named.
struct SetReference {
    enum Kind: String {
        case addresses
        case ports
        /// Inside another set, which is of the kind of its members.
        case any
    }

    let name: Name
    let kind: Kind
    /// The key that names it, such as `src`.
    let key: String
    let location: SourceLocation
}
