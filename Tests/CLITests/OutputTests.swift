import Foundation
import TestSupport
import Testing

/// What scripts read: the contract's JSON, and one fact a line.
@Suite("Output", .requiresRoot)
struct OutputTests {
    private static let policy = """
        version: 1
        name: edge
        sets:
          both: { sets: [one] }
          one: { ports: [4001] }
        filters:
          inbound:
            default: pass
            rules:
              - { name: seen, match: { proto: udp, dport: [4000, "@one"] }, action: count }
              - { name: canary, match: { proto: udp, dport: "@both" }, action: drop }
              - { name: others, match: { proto: tcp, not: { dport: "@one" } }, action: count }
        """

    /// A veth pair with the policy in force and 7 + 5 datagrams counted.
    private static func traffic(_ directory: borrowing TemporaryDirectory) throws -> VethPair {
        let pair = try VethPair.create()
        let file = try directory.write(policy, to: "edge.yaml")
        try expectSuccess(["attach", "near0", "--mode", "xdpdrv"], "(xdpdrv)")
        try expectSuccess(["apply", file])
        let receiver = try UDPSocket(bound: pair.near.ipv4, port: 4000)
        try pair.send(7, port: 4001)
        try pair.send(5, port: 4000)
        #expect(receiver.receive(expecting: 5, quiet: .seconds(2)) == 5)
        return pair
    }

    @Test("stats -o json: every verdict, sums that agree, nulls that are there")
    func statsDocument() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let pair = try Self.traffic(directory)
            defer { withExtendedLifetime(pair) {} }
            let text = try netctl("stats", "near0", "-o", "json").stdout
            let stats = try JSONDecoder().decode(StatsDocument.self, from: Data(text.utf8))
            #expect(stats.version == 1)
            #expect(
                try keys(text, "attachments") == [
                    "interface", "netns", "cgroup", "hook", "mode", "policy", "filter", "verdicts",
                    "would_drop", "reasons", "rules", "sets",
                ])
            #expect(
                try keys(text, "attachments", "rules") == [
                    "name", "action", "packets", "bytes", "would_drop",
                ])
            let entry = try #require(stats.attachments.first)
            #expect(entry.interface == "near0")
            #expect(entry.hook == "xdp")
            #expect(entry.mode == "xdpdrv")
            #expect(entry.policy == "edge")
            #expect(entry.filter == "inbound")
            #expect(Set(entry.verdicts.keys) == ["pass", "drop", "redirect", "tx", "aborted"])
            #expect(entry.would_drop == CountDocument(packets: 0, bytes: 0))
            let frame = UInt64(14 + 20 + 8 + 6)
            #expect(entry.verdicts["drop"] == CountDocument(packets: 7, bytes: 7 * frame))
            #expect(entry.rules.map(\.name) == ["seen", "canary", "others"])
            #expect(entry.rules.map(\.action) == ["count", "drop", "count"])
            #expect(entry.rules.map(\.packets) == [12, 7, 0])
            #expect(entry.rules.map(\.bytes) == [12 * frame, 7 * frame, 0])
            #expect(entry.sets.map(\.name) == ["one", "both"])
            #expect(entry.sets.map(\.rules) == [["seen"], ["canary"]])
            #expect(entry.sets.map(\.packets) == [12, 7])
            #expect(entry.sets.map(\.bytes) == [12 * frame, 7 * frame])
            #expect(entry.reasons["rule"] == entry.verdicts["drop"])
            let verdicts = entry.verdicts.values.reduce(0) { $0 + $1.packets }
            #expect(entry.reasons.values.reduce(0) { $0 + $1.packets } == verdicts)
        }
    }

    @Test("stats --by shows one view, --reset begins at zero, for one interface or all")
    func views() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let pair = try Self.traffic(directory)
            defer { withExtendedLifetime(pair) {} }
            for (view, line) in [
                ("verdict", "hook xdp verdict drop packets 7 bytes 336"),
                ("reason", "hook xdp reason rule packets 7 bytes 336"),
                ("rule", "hook xdp rule canary action drop packets 7 bytes 336"),
                ("set", "hook xdp set both rules canary packets 7 bytes 336"),
            ] {
                let result = try expectSuccess(["stats", "near0", "--by", view], line)
                let lines = result.stdout.split(separator: "\n")
                // One fact a line, no colour.
                #expect(lines.allSatisfy { $0.contains(" hook xdp \(view) ") }, "\(result)")
                #expect(!result.stdout.contains("\u{1B}"))
            }
            let most = try netctl("stats", "near0", "--by", "set", "--top", "1").stdout
            #expect(most.split(separator: "\n").count == 1 && most.contains("set one"))
            #expect(!(try netctl("stats", "near0").stdout.contains(" set ")))
            try expectSuccess(["stats", "near0", "--reset"], "reset the counters of near0")
            let stats: StatsDocument = try document("stats")
            let entry = try #require(stats.attachments.first)
            #expect(entry.rules.map(\.packets) == [0, 0, 0])
            #expect(entry.verdicts["drop"]?.packets == 0)
        }
    }

    @Test("status -o json has the contract's keys, and says what the kernel holds")
    func statusDocument() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let pair = try Self.traffic(directory)
            defer { withExtendedLifetime(pair) {} }
            let text = try netctl("status", "-o", "json").stdout
            #expect(
                try keys(text) == [
                    "version", "attachments", "programs", "foreign", "problems",
                ])
            #expect(
                try keys(text, "attachments") == [
                    "interface", "netns", "cgroup", "hook", "mode", "policy", "filter", "digest",
                    "priority", "program_id", "link_id", "chain", "attached_at", "state", "tables",
                ])
            let status = try StatusDocument.now()
            #expect(status.version == 1)
            #expect(status.foreign.isEmpty)
            #expect(status.problems.isEmpty)
            let entry = try status.entry("near0")
            #expect(entry.digest?.count == 32)
            #expect(try Date(entry.attached_at, strategy: .iso8601) <= Date())
            let link = try runChecked(["bpftool", "link", "show", "id", "\(entry.link_id ?? 0)"])
            #expect(link.contains("prog \(entry.program_id)"), "\(link)")
            let interface = try runChecked(["ip", "-details", "link", "show", "near0"])
            #expect(interface.contains("prog/xdp id \(entry.program_id)"), "\(interface)")
        }
    }

    @Test("with nothing attached documents are whole, and text says so")
    func nothing() async throws {
        try await withSandbox {
            let status = try StatusDocument.now()
            #expect(status.version == 1)
            #expect(status.attachments.isEmpty)
            let stats: StatsDocument = try document("stats")
            #expect(stats.version == 1)
            #expect(stats.attachments.isEmpty)
            try expectSuccess(["status"], "nothing is attached")
            try expectSuccess(["stats"], "nothing is attached")
            #expect(try netctl("stats", "eth1").status == 1)
        }
    }

    @Test("every command's document has version 1; messages stay off standard output")
    func versions() async throws {
        struct Versioned: Decodable { let version: Int }
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let file = try directory.write(policyText(), to: "edge.yaml")
            for arguments in [
                ["attach", "eth1"], ["apply", file, "--dry-run"], ["apply", file],
                ["validate", file], ["show", "eth1"], ["stats"], ["status"], ["detach", "eth1"],
                ["detach", "--all"],
            ] {
                let result = try run([Netctl.path] + arguments + ["-o", "json"])
                #expect(result.status == 0, "\(arguments): \(result)")
                let document = try JSONDecoder().decode(
                    Versioned.self, from: Data(result.stdout.utf8))
                #expect(document.version == 1, "\(arguments)")
            }
        }
    }

    @Test("errors are text on standard error with -o json, too; diagnostics are a document")
    func errors() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let file = try directory.write(policyText(dport: 70000), to: "bad.yaml")
            let result = try netctl("validate", file, "-o", "json")
            #expect(result.status == 3)
            #expect(result.stderr.contains("error:"))
            #expect(
                try keys(result.stdout, "diagnostics") == [
                    "file", "line", "column", "severity", "code", "message", "hint",
                ])
            let missing = try netctl("attach", "eth9", "-o", "json")
            #expect(missing.status == 1)
            #expect(missing.stdout == "")
            #expect(missing.stderr.hasPrefix("netctl: "))
        }
    }

    @Test("colour only where it is asked for, or a person reads")
    func colour() async throws {
        try await withSandbox {
            for (choice, isColoured) in [("auto", false), ("always", true), ("never", false)] {
                let result = try netctl("attach", "eth9", "--color", choice)
                #expect(result.stderr.contains("\u{1B}") == isColoured, "\(choice)")
            }
        }
    }
}
