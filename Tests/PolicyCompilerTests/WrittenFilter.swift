import Policy

@testable import PolicyCompiler

/// A filter as a user writes it, for tests that read as specifications.
struct WrittenFilter {
    let filter: Filter
    let sets: [NamedSet]

    private struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads what stands under a filter's name and under `sets:` in a policy file.
    init(_ filter: String, sets: String = "") throws {
        func indented(_ text: String) -> String {
            text.split(separator: "\n").map { "    \($0)\n" }.joined()
        }
        let text =
            "version: 1\nname: test\n" + (sets.isEmpty ? "" : "sets:\n\(indented(sets))")
            + "filters:\n  test:\n\(indented(filter))"
        let source = PolicySource(path: "test.yaml", bytes: Array(text.utf8))
        let result = PolicyReader.read([source]) { path in throw Refused(description: path) }
        guard let policy = result.policy, let read = policy.filters.first else {
            let lines = result.diagnostics.map { result.rendered($0) }
            throw Refused(description: lines.joined(separator: "\n"))
        }
        self.filter = read
        self.sets = policy.sets
    }

    func compiled() throws(CompileError) -> CompiledFilter {
        try CompiledFilter(filter, sets: sets)
    }

    var interpreter: ReferenceInterpreter { ReferenceInterpreter(filter, sets: sets) }
}
