/// The JSON document of `netctl validate -o json`.
public struct ValidationReport: Codable, Equatable, Sendable {
    /// The version of the format: 1.
    public var version: Int
    /// All errors and warnings.
    public var diagnostics: [Entry]
    /// How much each set holds; empty when there is any error.
    public var sets: [SetSummary]

    /// One error or warning.
    public struct Entry: Codable, Equatable, Sendable {
        /// The file's path, as given.
        public var file: String
        /// The line, from 1.
        public var line: Int
        /// The column, from 1.
        public var column: Int
        /// `error` or `warning`.
        public var severity: Diagnostic.Severity
        /// What kind of problem, in kebab case.
        public var code: String
        /// What is wrong.
        public var message: String
        /// What to do about it, or null.
        public var hint: String?

        /// Makes the entry of a diagnostic.
        public init(_ diagnostic: Diagnostic) {
            file = diagnostic.location.file
            line = max(diagnostic.location.line, 1)
            column = max(diagnostic.location.column, 1)
            severity = diagnostic.severity
            code = diagnostic.code
            message = diagnostic.message
            hint = diagnostic.hint
        }

        /// Writes every key; a missing hint is null, not absent.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(file, forKey: .file)
            try container.encode(line, forKey: .line)
            try container.encode(column, forKey: .column)
            try container.encode(severity, forKey: .severity)
            try container.encode(code, forKey: .code)
            try container.encode(message, forKey: .message)
            try container.encode(hint, forKey: .hint)
        }
    }

    /// Makes the report of a reading.
    ///
    /// - Parameters:
    ///   - diagnostics: All errors and warnings.
    ///   - sets: How much each set holds.
    public init(_ diagnostics: [Diagnostic], sets: [SetSummary] = []) {
        version = 1
        self.diagnostics = diagnostics.map(Entry.init)
        self.sets = sets
    }
}
