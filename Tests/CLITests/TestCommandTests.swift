import Foundation
import TestSupport
import Testing

/// `netctl test`: the policy's own tests on the real programs.
@Suite("netctl test", .requiresRoot)
struct TestCommandTests {
    private static let policy = """
        version: 1
        name: edge
        sets:
          admins: { cidrs: [172.16.0.0/28, "2001:db8:ad::/48"] }
        filters:
          inbound:
            default: pass
            monitor: true
            rules:
              - { name: admins, match: { src: "@admins" }, action: pass }
              - { name: seen, match: { proto: udp }, action: count }
              - { name: telnet, match: { proto: tcp, dport: 23 }, action: drop, monitor: true }
              - name: dns-flood
                match: { proto: udp, sport: 53 }
                limit: { rate: 1/h }
                action: drop
          strict: { default: pass, non-ip: drop, rules: [] }

        """

    private func file(_ tests: String, in directory: borrowing TemporaryDirectory) throws -> String
    {
        try directory.write(Self.policy + "tests:\n" + tests, to: "edge.yaml")
    }

    @Test("what a policy says of itself holds, monitored or not")
    func passing() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let path = try file(
                """
                  - name: telnet is blocked
                    filter: inbound
                    packet: { src: 198.51.100.7, proto: tcp, dport: 23, tcp-flags: syn }
                    expect: drop
                    rule: telnet
                  - { name: admins, filter: inbound, packet: { src: "2001:db8:ad::7", dport: 23 }, expect: pass, rule: admins }
                  - { name: one query, filter: inbound, packet: { proto: udp, sport: 53 }, expect: pass, rule: default }
                  - { name: another, filter: inbound, packet: { proto: udp, sport: 53 }, expect: pass, rule: default }
                  - { name: long, filter: inbound, packet: { dport: 23, length: 65535 }, expect: drop }
                  - { name: half a header, filter: inbound, hex: "02 00", expect: drop }
                  - { name: arp, filter: strict, packet: { family: arp }, expect: drop }

                """, in: directory)
            let result = try expectSuccess(["test", path])
            #expect(result.stderr == "")
            let lines = result.stdout.split(separator: "\n")
            #expect(lines.first == "ok    telnet is blocked")
            #expect(lines.last == "7 tests, all passed")
            #expect(lines.count == 8)
            // Nothing is left behind.
            #expect(try StatusDocument.now().attachments.isEmpty)
        }
    }

    @Test("a failed test says what came instead, and where it stands")
    func failing() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let path = try file(
                """
                  - { name: ssh, filter: inbound, packet: { dport: 22 }, expect: drop, rule: telnet }
                  - { name: right verdict, filter: strict, packet: { dport: 22 }, expect: pass }
                  - { name: short, filter: inbound, hex: "00", expect: pass }

                """, in: directory)
            let result = try run([Netctl.path, "test", path])
            #expect(result.status == 1)
            #expect(
                result.stdout.split(separator: "\n").first
                    == "FAIL  ssh: expected drop by telnet, got pass by default (\(path):19)")
            #expect(result.stdout.contains("ok    right verdict\n"))
            #expect(result.stdout.contains("FAIL  short: expected pass, got drop (truncated)"))
            #expect(result.stdout.hasSuffix("3 tests, 2 failed\n"))

            let json = try run([Netctl.path, "test", path, "-o", "json"])
            #expect(json.status == 1)
            #expect(
                try keys(json.stdout, "tests") == [
                    "name", "filter", "device", "hook", "file", "line", "passed", "expect", "got",
                    "message",
                ])
            let document = try JSONDecoder().decode(Document.self, from: Data(json.stdout.utf8))
            #expect(document.version == 1 && document.passed == 1 && document.failed == 2)
            #expect(document.tests.map(\.got.reason) == ["default", "default", "truncated"])
            #expect(document.tests.map(\.got.rule) == [nil, nil, nil])
        }
    }

    private struct Document: Decodable {
        struct Entry: Decodable {
            let got: Outcome
        }
        struct Outcome: Decodable {
            let verdict: String
            let reason: String
            let rule: String?
        }
        let version: Int
        let passed: Int
        let failed: Int
        let tests: [Entry]
    }

    @Test("packets that are sent elsewhere, in a test and in force")
    func sent() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            try addInterface("br0")
            try addInterface("br1")
            let path = try directory.write(
                """
                version: 1
                name: edge
                filters:
                  inbound:
                    default: pass
                    rules:
                      - { name: mirror, match: { dport: 7 }, action: tx }
                      - { name: aside, match: { dport: 8 }, action: { redirect: br1 } }
                tests:
                  - { name: back, filter: inbound, packet: { dport: 7 }, expect: tx, rule: mirror }
                  - { name: aside, filter: inbound, packet: { dport: 8 }, expect: redirect, rule: aside }
                """, to: "edge.yaml")
            try expectSuccess(["test", path], "2 tests, all passed")
            try expectSuccess(["attach", "br0", "--mode", "xdpgeneric"])
            try expectSuccess(["apply", path])
            try expectSuccess(["explain", "br0", "udp to 1.1.1.1:8"], "redirect by rule aside")
            try expectSuccess(["explain", "br0", "udp to 1.1.1.1:7"], "tx by rule mirror")
        }
    }

    @Test("no tests, an invalid policy, no privilege")
    func others() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let none = try directory.write(Self.policy, to: "none.yaml")
            try expectSuccess(["test", none], "policy 'edge' has no tests")
            let invalid = try file(
                "  - { filter: inbuond, packet: { dport: 1 }, expect: drop }\n", in: directory)
            try expectRefusal(["test", invalid], status: 3, "did you mean 'inbound'?")
            let valid = try directory.write(
                Self.policy + "tests: [{ filter: inbound, packet: { dport: 1 }, expect: pass }]\n",
                to: "valid.yaml")
            try runChecked([
                "chmod", "-R", "a+rX", URL(filePath: valid).deletingLastPathComponent().path,
            ])
            let result = try run(
                ["setpriv", "--reuid", "65534", "--clear-groups", Netctl.path, "test", valid])
            #expect(result.status == 4 || result.stderr.contains("ermission"), "\(result)")
        }
    }

    @Test("a policy whose tests change is not applied again")
    func digest() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            try addInterface("br0")
            try expectSuccess(["attach", "br0", "--mode", "xdpgeneric"])
            let plain = try directory.write(Self.policy, to: "plain.yaml")
            let tested = try file(
                "  - { filter: inbound, packet: { dport: 1 }, expect: pass }\n", in: directory)
            try expectSuccess(["apply", plain], "apply to br0")
            try expectSuccess(["apply", tested], "nothing changed")
        }
    }
}
