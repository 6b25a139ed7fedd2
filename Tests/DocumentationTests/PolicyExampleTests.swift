import Datapath
import Foundation
import TestSupport
import Testing

@testable import Policy

/// What the documentation shows is valid: every `policies/*.yaml` and every block that is fenced as
/// `yaml` in README.md and docs/policy.md. A block fenced as `yaml fragment` is a list of rules, or
/// a part of a policy without version and name.
@Suite struct PolicyExampleTests {
    @Test("an example has no error and no warning", arguments: PolicyExample.all)
    func valid(_ example: PolicyExample) {
        let result = example.read()
        let found = result.diagnostics.filter { !example.isFragment || $0.code != "unused-set" }
        #expect(found.map { result.rendered($0) } == [])
        #expect(result.policy != nil)
    }

    @Test(
        "what an example says of itself holds on the real programs", .requiresRoot,
        arguments: PolicyExample.all)
    func tests(_ example: PolicyExample) throws {
        guard let policy = example.read().policy else { return }
        for result in try PolicyTestResult.run(policy) {
            #expect(result.failure == nil, "\(result.line)")
        }
    }

    @Test("every policy of policies/ has tests, and so has the documentation of them")
    func tested() {
        for example in PolicyExample.all where example.file.hasPrefix("policies/") {
            #expect(example.read().policy?.tests.isEmpty == false, "\(example.file)")
        }
        let documented = PolicyExample.all.filter { $0.file == "docs/policy.md" }
        #expect(documented.contains { $0.read().policy?.tests.isEmpty == false })
    }

    @Test("every key of the language has an example that is validated and tested here")
    func everyKey() throws {
        let schema = KeyTree(try JSONValue(parsing: PolicySchema.text))
        // What the tree cannot see it would not ask for.
        #expect(schema.paths.isSuperset(of: ["attach/tc", "filters/*/rules/match/not/ttl"]))
        let shown = Set(PolicyExample.all.flatMap { $0.keys(of: schema) })
        #expect(schema.paths.subtracting(shown).sorted() == [])
    }

    @Test("policies/README.md names every policy, and no other")
    func listed() throws {
        let files = Set(PolicyExample.all.map(\.file).filter { $0.hasPrefix("policies/") })
        let readme = PolicyExample.contents("policies/README.md")
        let named = readme.matches(of: /\]\(([a-z0-9-]+\.yaml)\)/).map { "policies/\($0.1)" }
        #expect(Set(named) == files)
    }

    @Test("the examples are found")
    func completeness() {
        let places = Set(PolicyExample.all.map(\.file))
        #expect(places.isSuperset(of: ["README.md", "docs/policy.md", "policies/demo.yaml"]))
        #expect(PolicyExample.all.count >= 8)
        #expect(PolicyExample.all.filter(\.isFragment).count >= 5)
    }
}

/// A policy that the documentation shows.
struct PolicyExample: CustomTestStringConvertible, Sendable {
    /// Relative to the repository.
    let file: String
    /// Where it begins in the file.
    let line: Int
    let text: String
    var isFragment = false

    var testDescription: String { line == 1 ? file : "\(file):\(line)" }

    static let all: [PolicyExample] = policies + fenced("README.md") + fenced("docs/policy.md")

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static var policies: [PolicyExample] {
        let folder = repository.appending(path: "policies").path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted().map { name in
            PolicyExample(file: "policies/\(name)", line: 1, text: contents("policies/\(name)"))
        }
    }

    private static func fenced(_ file: String) -> [PolicyExample] {
        var found: [PolicyExample] = []
        var block: (start: Int, isFragment: Bool, lines: [Substring])?
        let lines = contents(file).split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in zip(1..., lines) {
            if let open = block {
                if line == "```" {
                    // Empty lines before it, so that diagnostics name lines of the file.
                    let text =
                        open.isFragment
                        ? whole(open.lines)
                        : String(repeating: "\n", count: open.start - 1)
                            + open.lines.joined(separator: "\n")
                    found.append(
                        PolicyExample(
                            file: file, line: open.start, text: text, isFragment: open.isFragment))
                    block = nil
                } else {
                    block?.lines.append(line)
                }
            } else if line.hasPrefix("```yaml") {
                block = (number + 1, line == "```yaml fragment", [])
            }
        }
        return found
    }

    /// A fragment with what makes a policy of it.
    private static func whole(_ lines: [Substring]) -> String {
        let text = lines.joined(separator: "\n")
        guard text.hasPrefix("- ") else {
            let filters = text.contains("filters:") ? "" : "filters: { f: { default: pass } }\n"
            return "version: 1\nname: fragment\n\(filters)\(text)"
        }
        let rules = lines.map { "      \($0)\n" }.joined()
        return "version: 1\nname: fragment\nfilters:\n  f:\n    default: pass\n    rules:\n\(rules)"
    }

    static func contents(_ file: String) -> String {
        (try? String(contentsOf: repository.appending(path: file), encoding: .utf8)) ?? ""
    }

    /// Where the keys that it uses stand.
    func keys(of tree: KeyTree) -> Set<String> {
        let source = PolicySource(path: file, bytes: Array(text.utf8))
        guard let text = try? SourceText(source),
            let document = YAMLDocument.read(Reading(source: text))
        else { return [] }
        return tree.paths(in: document)
    }

    /// Set files are relative to the policy's own file; those of a fragment need not be there.
    func read() -> ReadResult {
        let source = PolicySource(path: file, bytes: Array(text.utf8))
        return PolicyReader.read([source]) { path in
            isFragment
                ? Array("192.0.2.1\n".utf8)
                : Array(try Data(contentsOf: Self.repository.appending(path: path)))
        }
    }
}
