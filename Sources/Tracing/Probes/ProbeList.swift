internal import Policy

/// The probes that a pattern means.
public struct ProbeList: Sendable {
    /// The probes, by kind and then by name.
    public let probes: [Probe]
    /// The kinds that this kernel does not have, and why.
    public let unavailable: [Unavailable]

    /// A kind of which nothing can be listed.
    public struct Unavailable: Sendable {
        /// The kind.
        public let kind: ProbeKind
        /// Why: a whole sentence.
        public let reason: String
    }

    /// Finds the probes that a pattern means.
    ///
    /// - Parameters:
    ///   - pattern: Which ones.
    ///   - details: Whether to look up what a program finds there.
    /// - Throws: ``TracingError`` if there are none, with the nearest names, or if the kind that the
    ///   pattern names is not available.
    public init(matching pattern: ProbePattern, details: Bool) throws(TracingError) {
        let kinds = pattern.kind.map { [$0] } ?? ProbeKind.allCases.filter { !$0.isInBinary }
        let sources = ProbeSources(binary: pattern.binary)
        var (probes, unavailable, others): ([Probe], [Unavailable], [String]) = ([], [], [])
        for kind in kinds {
            do {
                let source = try sources.source(of: kind)
                let all = try source.probes()
                let found = all.filter { pattern.matches($0.name) }.sorted { $0.name < $1.name }
                probes += try details ? found.map { try $0.with(source.detail(of: $0)) } : found
                if found.isEmpty { others += all.map(\.name) }
            } catch {
                let error = TracingError(error)
                guard pattern.kind == nil, error.code == .unsupported else { throw error }
                unavailable.append(Unavailable(kind: kind, reason: error.description))
            }
        }
        guard !probes.isEmpty else {
            throw TracingError(
                "list probes", pattern.glob, "there is none",
                hint: Self.hint(for: pattern, among: others))
        }
        self.probes = probes
        self.unavailable = unavailable
    }

    private static func hint(for pattern: ProbePattern, among names: [String]) -> String {
        let literal = pattern.literal
        let kind = pattern.glob.prefix { $0 != ":" }
        let kinds = ProbeKind.allCases.map(\.rawValue)
        if pattern.glob.contains(":"),
            let near = Suggestion.closest(to: String(kind), among: kinds)
        {
            return "did you mean '\(near)\(pattern.glob.dropFirst(kind.count))'?"
        }
        // Of the many names only those of about the same length can be near.
        let slack = max(1, literal.utf8.count / 3)
        let candidates = Set(names.filter { abs($0.utf8.count - literal.utf8.count) <= slack })
        if let near = Suggestion.closest(to: literal, among: candidates.sorted()) {
            return "did you mean '\(near)'?"
        }
        let word = literal.split(separator: ":").last.map(String.init) ?? ""
        return "'netctl probe list \"*\(word.prefix(4))*\"' looks for names like it"
    }
}

extension Probe {
    fileprivate func with(_ detail: Detail) -> Probe {
        Probe(kind, name, binary: binary, module: module, detail: detail)
    }
}
