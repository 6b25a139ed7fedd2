import Foundation
import TestSupport
import Testing

/// `netctl validate --schema`, which needs nothing of the machine.
@Suite("netctl validate --schema") struct SchemaOutputTests {
    @Test("it prints the schema that the documentation has")
    func schema() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/policy.schema.json")
        let result = try netctl("validate", "--schema")
        #expect(result.status == 0 && result.stderr == "")
        #expect(result.stdout == (try String(contentsOf: file, encoding: .utf8)))
    }
}
