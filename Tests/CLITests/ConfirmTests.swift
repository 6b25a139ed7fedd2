import Foundation
import TestSupport
import Testing

/// `apply --confirm`, `confirm` and `rollback`, as they are typed.
@Suite("Confirm and roll back", .requiresRoot)
struct ConfirmTests {
    private struct Applied: Decodable {
        let steps: [String]
        let confirm_by: String?
    }

    @Test("unconfirmed it reverts by itself; what is typed too late says so")
    func deadline() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let first = try directory.write(policyText(rule: "first"), to: "first.yaml")
            let second = try directory.write(policyText(rule: "second"), to: "second.yaml")
            try expectSuccess(["attach", "eth1"])
            try expectRefusal(["rollback"], status: 1, "nothing to go back to")
            try expectRefusal(["confirm"], status: 1, "nothing awaits a confirmation")
            try expectSuccess(["apply", first])
            try expectSuccess(
                ["apply", first, "--confirm", "1m"], "in force already; nothing changed")
            try expectRefusal(["confirm"], status: 1, "nothing awaits a confirmation")

            let json = try netctl("apply", second, "--confirm", "1m", "-o", "json").stdout
            let applied = try JSONDecoder().decode(Applied.self, from: Data(json.utf8))
            #expect(applied.steps.count == 1)
            #expect(applied.confirm_by?.hasSuffix("Z") == true)
            try expectSuccess(["status"], "state pending-confirm")
            try expectRefusal(
                ["apply", first], status: 1, "policy 'edge' awaits its confirmation until",
                "'netctl confirm' or 'netctl rollback' first")
            try expectSuccess(["apply", first, "--dry-run"], "replace eth1")
            try expectSuccess(["rollback"])

            try expectSuccess(["apply", second, "--confirm", "200ms"], "replace eth1")
            usleep(250_000)
            try expectSuccess(["show", "eth1"], "name: first")
            try expectSuccess(["status"], "state active")
            let late = try netctl("confirm")
            #expect(late.status == 1)
            #expect(late.stderr.contains("was not confirmed in time and is reverted"))
            #expect(late.stderr.contains("nothing awaits a confirmation"))
        }
    }

    @Test("confirmed, it stays; rolled back, the one before is in force")
    func both() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let first = try directory.write(policyText(rule: "first"), to: "first.yaml")
            let second = try directory.write(policyText(rule: "second"), to: "second.yaml")
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["apply", first])
            try expectSuccess(
                ["apply", second, "--confirm", "1m"], "replace eth1", "reverts at ",
                "unless 'netctl confirm' is typed before")
            try expectSuccess(["confirm"], "policy 'edge' is confirmed")
            try expectSuccess(["apply", second], "nothing changed")
            try expectSuccess(["rollback"], "put back eth1 xdp: edge/inbound")
            try expectSuccess(["apply", first], "nothing changed")
            try expectSuccess(["apply", second, "--confirm", "1m"], "replace eth1")
            try expectSuccess(["rollback"], "policy 'edge' is reverted, it was not confirmed")
            try expectSuccess(["show", "eth1"], "name: first")
            // Detached with everything, there is nothing left to go back to.
            try expectSuccess(["apply", second, "--confirm", "1m"])
            try expectSuccess(["detach", "eth1"])
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
            try expectRefusal(["rollback"], status: 1, "nothing to go back to")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("devices: denied until the deadline, allowed again after it")
    func devices() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let directory = try TemporaryDirectory()
                let file = try directory.write(
                    """
                    version: 1
                    name: box
                    devices: { closed: { default: deny, rules: [] } }
                    """, to: "box.yaml")
                try expectSuccess(["attach", "--cgroup", cgroup.path, "--hook", "device"])
                try expectSuccess(["apply", file, "--confirm", "1m"])
                let explain = ["explain", "--cgroup", cgroup.path, "c 1:3 r"]
                try expectSuccess(explain, "deny")
                try expectSuccess(["rollback"])
                try expectSuccess(["apply", file, "--confirm", "200ms"])
                usleep(250_000)
                try expectSuccess(explain, "allow")
                try expectSuccess(["status"], "state active policy - ")
            }
        }
    }

    @Test("a service that no longer answers: reverted at once; one that does: kept")
    func check() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let server = try TCPConnection(to: pair.near.ipv4, port: 22, from: pair)
            let directory = try TemporaryDirectory()
            func file(_ rule: String, _ match: String) throws -> String {
                try directory.write(
                    """
                    version: 1
                    name: edge
                    filters:
                      inbound:
                        default: pass
                        rules: [{ name: \(rule), match: { \(match) }, action: drop }]
                    attach: [{ interface: \(pair.far.name), xdp: inbound }]
                    """, to: "\(rule).yaml")
            }
            let first = try file("first", "proto: tcp, sport: 23")
            let closed = try file("closed", "proto: tcp, sport: 22")
            let second = try file("second", "proto: tcp, sport: 24")
            let service = "tcp \(pair.near.ipv4):22"
            try pair.onFar {
                try expectSuccess(["apply", first])
                try expectRefusal(
                    ["apply", closed, "--confirm", "1m", "--check", service], status: 1, service,
                    "it no longer answers, so the policy is reverted", "(ETIMEDOUT)")
                try expectSuccess(["status"], "state active")
                try expectSuccess(["show", pair.far.name], "name: first")
                try expectRefusal(["confirm"], status: 1, "nothing awaits a confirmation")
                try expectRefusal(
                    [
                        "apply", second, "--confirm", "1m", "--check", service, "--check",
                        "tcp \(pair.near.ipv4):25",
                    ], status: 1, "tcp \(pair.near.ipv4):25", "does not answer before",
                    "(ECONNREFUSED)", "nothing was changed")
                try expectSuccess(
                    ["apply", second, "--confirm", "1m", "--check", service], "replace")
                try expectSuccess(["confirm"])
                try expectSuccess(["detach", "--all"])
            }
            _ = server.clientPort
        }
    }

    @Test(
        "checks that are none: usage",
        arguments: [
            "", "tcp", "192.0.2.1:22", "udp 192.0.2.1:22", "tcp 192.0.2.1", "tcp 192.0.2.1:0",
            "tcp host.example:22", "tcp 2001:db8::1:22", "tcp [192.0.2.1:22", "tcp 1.2.3.4:99999",
        ])
    func checks(text: String) throws {
        try expectRefusal(
            ["apply", "x.yaml", "--confirm", "1m", "--check=\(text)"], status: 2, "--check")
    }

    @Test("a check without a confirmation: usage") func checkAlone() throws {
        try expectRefusal(
            ["apply", "x.yaml", "--check", "tcp 192.0.2.1:22"], status: 2, "--check needs --confirm"
        )
    }

    @Test("durations that are none: usage", arguments: ["-1", "0", "x", "10", "1w", ""])
    func durations(text: String) throws {
        try expectRefusal(["apply", "x.yaml", "--confirm=\(text)"], status: 2, "--confirm")
    }
}
