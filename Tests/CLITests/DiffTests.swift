import Foundation
import TestSupport
import Testing

/// `netctl diff`: what apply would change, and nothing changed by asking.
@Suite("netctl diff", .requiresRoot)
struct DiffTests {
    /// The document, as docs/json.md describes it.
    struct Document: Decodable {
        struct Difference: Decodable {
            let attachments: [String]
            let policy: String
            let digest: String
            let set_files: Bool
            let changes: [Change]
        }

        struct Change: Decodable {
            let change: String
            let kind: String
            let name: String?
            let filter: String?
            let position: Int?
            let old_position: Int?
            let details: [Detail]
        }

        struct Detail: Decodable, Equatable {
            let key: String
            let removed: [String]
            let added: [String]
        }

        let version: Int
        let policy: String
        let digest: String
        let steps: [String]
        let differences: [Difference]
    }

    /// The lines of a diff that finds something; what is attached stays as it was.
    private func differences(_ arguments: String...) throws -> [String] {
        let before = try netctl("status", "-o", "json").stdout
        let result = try run([Netctl.path, "diff"] + arguments, limit: .seconds(60))
        #expect(result.status == 10, "\(result)")
        #expect(try netctl("status", "-o", "json").stdout == before)
        return result.stdout.split(separator: "\n").map(String.init)
    }

    @Test("exit 10 with the plan and the changes, exit 0 when there is nothing")
    func life() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let first = try directory.write(policyText(), to: "first.yaml")
            let second = try directory.write(policyText(dport: 80), to: "second.yaml")
            let nothing = try netctl("diff", first)
            #expect(nothing.status == 1)
            #expect(nothing.stderr.contains("nothing is attached"), "\(nothing)")

            try expectSuccess(["attach", "eth1"])
            let adopted = try differences(first)
            #expect(adopted == ["apply to eth1 xdp: filter inbound"])
            try expectSuccess(["apply", first])
            try expectSuccess(["diff", first], "apply would change nothing")

            // The plan is the one that `apply --dry-run` prints.
            let plan = try netctl("apply", second, "--dry-run").stdout
            let found = try differences(second)
            #expect(found.first.map { "\($0)\n" } == plan)
            #expect(found.dropFirst() == ["changed rule inbound/web: match.dport 80 (was 443)"])

            let json = try netctl("diff", second, "-o", "json")
            #expect(json.status == 10)
            let document = try JSONDecoder().decode(Document.self, from: Data(json.stdout.utf8))
            #expect(document.version == 1 && document.policy == "edge")
            #expect(document.steps == [found[0]])
            let difference = try #require(document.differences.first)
            #expect(difference.attachments == ["eth1 xdp"])
            #expect(difference.policy == "edge" && !difference.set_files)
            let digest = try StatusDocument.now().entry("eth1").digest
            #expect(digest == difference.digest)
            #expect(document.digest != difference.digest)
            let change = try #require(difference.changes.first)
            #expect(change.change == "changed" && change.kind == "rule" && change.name == "web")
            #expect(change.filter == "inbound" && change.position == 1)
            #expect(
                change.details == [
                    Document.Detail(key: "match.dport", removed: ["443"], added: ["80"])
                ])
            #expect(
                try keys(json.stdout, "differences", "changes") == [
                    "change", "kind", "name", "filter", "position", "old_position", "details",
                ])

            try expectSuccess(["apply", second])
            try expectSuccess(["diff", second])
        }
    }

    @Test("a set file that holds something else is a difference that is named")
    func setFiles() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                policyText(top: "sets: { bad: { file: bad.txt } }")
                    .replacing("dport: 443", with: "src: \"@bad\""), to: "edge.yaml")
            try directory.write("192.0.2.1\n", to: "bad.txt")
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["apply", file])
            try expectSuccess(["diff", file])
            try directory.write("192.0.2.2\n", to: "bad.txt")
            let last = try differences(file).last
            #expect(last == "changed set files: the text of the policy is the same")
            let json = try netctl("diff", file, "-o", "json").stdout
            let document = try JSONDecoder().decode(Document.self, from: Data(json.utf8))
            #expect(document.differences.map(\.set_files) == [true])
            #expect(document.differences.first?.changes.isEmpty == true)
        }
    }

    @Test("several policies in force: each with where it is; --interface and --take-over")
    func several() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            for (index, name) in ["eth1", "eth2", "eth3"].enumerated() {
                try addInterface(name)
                try expectSuccess(["attach", name])
                let text = policyText(name: index == 2 ? "core" : "edge", dport: 1 + index)
                let file = try directory.write(text, to: "\(name).yaml")
                try expectSuccess(["apply", file, "--interface", name])
            }
            let next = try directory.write(policyText(), to: "next.yaml")
            let changes = try differences(next).filter { $0.contains("changed") }
            #expect(
                changes == [
                    "eth1 xdp: changed rule inbound/web: match.dport 443 (was 1)",
                    "eth2 xdp: changed rule inbound/web: match.dport 443 (was 2)",
                ])
            let narrowed = try differences(next, "--interface", "eth2").last
            #expect(narrowed == "changed rule inbound/web: match.dport 443 (was 2)")
            try expectRefusal(
                ["diff", next, "--interface", "eth3"], status: 1, "policy 'core' holds")
            let taken = try differences(next, "--interface", "eth3", "--take-over").dropFirst()
            #expect(
                taken == [
                    "changed policy: name edge (was core)",
                    "changed rule inbound/web: match.dport 443 (was 3)",
                ])
        }
    }

    @Test("a broken policy is exit 3, a warning is one with --strict, no file is exit 2")
    func refusals() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let broken = try directory.write(
                policyText().replacing("dport", with: "dprot"), to: "broken.yaml")
            try expectRefusal(["diff", broken], status: 3, "did you mean 'dport'?")
            let doubtful = try directory.write(
                policyText(top: "sets: { spare: { cidrs: [192.0.2.1] } }"), to: "doubtful.yaml")
            try expectRefusal(["diff", doubtful, "--strict"], status: 3, "is not used")
            try expectRefusal(["diff"], status: 2, "Name a policy file.")
        }
    }
}
