import TestSupport
import Testing

/// How many files netctl may have open, where an apply needs more than is usual.
@Suite("Limits of open files", .requiresRoot)
struct DescriptorLimitTests {
    @Test("the soft limit is raised; the hard one is named, and nothing is attached")
    func limits() async throws {
        try await withSandbox {
            for number in 0..<12 { try addInterface("near\(number)") }
            let directory = try TemporaryDirectory()
            let policy = try directory.write(
                policyText(attach: [#"{ interface: "near*", xdp: inbound }"#]), to: "edge.yaml")
            func apply(_ limit: String) throws -> CommandResult {
                try run([
                    "sh", "-c", "ulimit \(limit); exec \"$0\" apply \"$1\"", Netctl.path, policy,
                ])
            }
            let refused = try apply("-n 40")
            #expect(refused.status == 1, "\(refused)")
            #expect(refused.stderr.contains("(EMFILE)"), "\(refused)")
            #expect(!refused.stderr.contains("verifier"), "\(refused)")
            #expect(try StatusDocument.now().attachments.isEmpty)
            let done = try apply("-Sn 40")
            #expect(done.status == 0, "\(done)")
            #expect(try StatusDocument.now().attachments.count == 12)
        }
    }
}
