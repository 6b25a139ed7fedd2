import Foundation
import Policy
import Testing

/// Every YAML block of docs/policy.md is read: `yaml` is a policy, `yaml fragment` a list of rules
/// or a part of a policy without version and name.
@Suite struct DocumentationTests {
    struct Block: CustomTestStringConvertible, Sendable {
        let line: Int
        let isFragment: Bool
        let text: String

        var testDescription: String { "docs/policy.md:\(line)" }

        /// The block as a whole policy.
        var policy: String {
            guard isFragment else { return text }
            guard text.hasPrefix("- ") else {
                let filters = text.contains("filters:") ? "" : "filters: { f: { default: pass } }\n"
                return "version: 1\nname: fragment\n\(filters)\(text)"
            }
            let rules = text.split(separator: "\n").map { "      \($0)\n" }.joined()
            return "version: 1\nname: fragment\nfilters:\n  f:\n    default: pass\n    rules:\n"
                + rules
        }
    }

    static let blocks: [Block] = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/policy.md").path
        let document = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        var blocks: [Block] = []
        var open: (line: Int, isFragment: Bool)?
        var text = ""
        let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if let start = open {
                if line == "```" {
                    blocks.append(
                        Block(line: start.line, isFragment: start.isFragment, text: text))
                    open = nil
                } else {
                    text += "\(line)\n"
                }
            } else if line.hasPrefix("```yaml") {
                open = (index + 1, line == "```yaml fragment")
                text = ""
            }
        }
        return blocks
    }()

    @Test("a block has no error, and its rules no warning", arguments: blocks)
    func block(_ block: Block) {
        let source = PolicySource(path: "policy.md", bytes: Array(block.policy.utf8))
        let result = PolicyReader.read([source]) { _ in Array("192.0.2.1\n".utf8) }
        let found = result.diagnostics.filter {
            !block.isFragment || $0.code != "unused-set"
        }
        #expect(found == [], "\(block.policy)")
        #expect(result.policy != nil)
    }

    @Test("every match key has an example")
    func everyKey() {
        let text = Self.blocks.map(\.text).joined()
        let keys = [
            "src", "dst", "proto", "sport", "dport", "tcp-flags", "icmp-type", "family",
            "ethertype", "vlan", "fragment", "length", "ttl", "dscp", "ext-header", "not",
            "monitor",
        ]
        for key in keys { #expect(text.contains("\(key): "), "\(key)") }
        #expect(Self.blocks.count >= 12)
    }
}
