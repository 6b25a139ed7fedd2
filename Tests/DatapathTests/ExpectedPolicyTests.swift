import Policy
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// What an apply finds in force once it has its turn.
@Suite("Expected policies", .requiresRoot)
struct ExpectedPolicyTests {
    private static func revision(_ port: Int) throws -> PolicyRevision {
        let text = """
            version: 1
            name: edge
            filters:
              inbound:
                default: pass
                rules: [{ name: closed, match: { dport: \(port) }, action: drop }]
            """
        return PolicyRevision(try policy(text), setFiles: [])
    }

    @Test("what is not expected stays, and nothing is attached or replaced")
    func others() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            _ = try Reconciler().attach(wire.target(.xdpgeneric))
            let (theirs, ours) = (try Self.revision(1), try Self.revision(2))
            try Reconciler().apply(theirs)
            func inForce() throws -> String? { try wire.statistics().attachment.policy?.digest }
            var options = Reconciler.ApplyOptions()
            options.expected = [ours.digest]
            let refusal = #expect(throws: DatapathError.self) {
                try Reconciler().apply(ours, options)
            }
            #expect(refusal?.description.contains("another command has put 'edge'") == true)
            #expect(try inForce() == theirs.digest)
            options.expected = [theirs.digest, ours.digest]
            try Reconciler().apply(ours, options)
            #expect(try inForce() == ours.digest)
        }
    }
}
