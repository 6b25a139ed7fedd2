/// Something wrong, or doubtful, at a place in a policy.
public struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Codable, Hashable, Sendable {
        /// The policy cannot be applied.
        case error
        /// The policy can be applied, and may not do what is meant.
        case warning
    }

    /// How bad it is.
    public var severity: Severity
    /// What kind of problem, in kebab case; stable, for programs.
    public var code: String
    /// What is wrong, in lower case, without a full stop.
    public var message: String
    /// What to do about it, or nil.
    public var hint: String?
    /// Where.
    public var location: SourceLocation

    /// Makes a diagnostic.
    public init(
        severity: Severity = .error, code: String, message: String, hint: String? = nil,
        location: SourceLocation
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.hint = hint
        self.location = location
    }

    /// One line: `policy.yaml:12:7: error: unknown key 'protcol'; did you mean 'proto'?`.
    public var description: String {
        let advice = hint.map { "; \($0)" } ?? ""
        return "\(location): \(severity.rawValue): \(message)\(advice)"
    }
}
