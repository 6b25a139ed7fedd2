import TestSupport
import Testing

/// What an operator is connected by is not cut by what is attached to the operator's own cgroup.
@Suite("Lock-out guard on cgroups", .requiresRoot)
struct LockOutTests {
    private static let session = ["SSH_CONNECTION": "192.0.2.7 51514 192.0.2.1 22"]

    private static func text(_ cgroup: TestCgroup, _ hook: String, _ rule: String) -> String {
        """
        version: 1
        name: edge
        filters: { both: { default: pass, rules: [ \(rule) ] } }
        attach: [ { cgroup: \(cgroup.path), \(hook): both } ]
        """
    }

    @Test(
        "refused for whoever is in the cgroup or below; not for others, about others, or forced",
        arguments: [("ingress", "dport", "sport"), ("egress", "sport", "dport")])
    func refused(hook: String, key: String, other: String) async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let inside = try cgroup.child("sshd")
                let directory = try TemporaryDirectory()
                let closed = "{ name: closed, match: { proto: tcp, \(key): 22 }, action: drop }"
                let file = try directory.write(
                    Self.text(cgroup, hook, closed), to: "closed.yaml")
                let apply = [Netctl.path, "apply", file]

                let refused = try inside.run(apply, environment: Self.session)
                #expect(refused.status == 1, "\(refused)")
                for word in [
                    "rule 'closed' would drop", "192.0.2.7:51514 > 192.0.2.1:22", "--force",
                    "cgroup \(cgroup.path) cgroup-\(hook)",
                ] { #expect(refused.stderr.contains(word), "\(refused)") }
                #expect(try StatusDocument.now().attachments.isEmpty)

                // Somebody else's session, another port, and force.
                let outside = try run(apply, environment: Self.session)
                #expect(outside.status == 0, "\(outside)")
                try expectSuccess(["detach", "--all"])
                let open = "{ name: open, match: { proto: tcp, \(other): 22 }, action: drop }"
                let harmless = try directory.write(Self.text(cgroup, hook, open), to: "open.yaml")
                let passed = try inside.run(
                    [Netctl.path, "apply", harmless], environment: Self.session)
                #expect(passed.status == 0, "\(passed)")
                let forced = try inside.run(apply + ["--force"], environment: Self.session)
                #expect(forced.status == 0, "\(forced)")
                try expectSuccess(["detach", "--all"])
            }
        }
    }
}
