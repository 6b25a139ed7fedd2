/// What reading policy files gave.
public struct ReadResult: Sendable {
    /// The policy; nil when there is any error.
    public var policy: Policy?
    /// All errors and warnings, in the order of the files.
    public var diagnostics: [Diagnostic]
    /// How many prefixes of each set were named before.
    private let duplicates: [Name: Int]
    /// The texts of the policy files, for excerpts.
    private let texts: [String: SourceText]

    init(
        policy: Policy?, diagnostics: [Diagnostic], duplicates: [Name: Int] = [:],
        texts: [SourceText]
    ) {
        self.policy = policy
        self.diagnostics = diagnostics
        self.duplicates = duplicates
        self.texts = Dictionary(texts.map { ($0.path, $0) }) { first, _ in first }
    }

    /// Whether there is any error.
    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// How much each set of the policy holds, in the order of the files.
    ///
    /// - Complexity: O(prefixes).
    public var summaries: [SetSummary] {
        (policy?.sets ?? []).map { SetSummary($0, duplicates: duplicates[$0.name] ?? 0) }
    }

    /// The line of a policy file that a diagnostic is about; nil for set files and giant lines.
    public func sourceLine(of diagnostic: Diagnostic) -> String? {
        guard let text = texts[diagnostic.location.file],
            text.width(ofLine: diagnostic.location.line) <= 65_536
        else { return nil }
        return text.line(diagnostic.location.line)
    }

    /// The diagnostic as text, with the line and a caret where there is one.
    public func rendered(_ diagnostic: Diagnostic) -> String {
        diagnostic.render(sourceLine: sourceLine(of: diagnostic))
    }
}
