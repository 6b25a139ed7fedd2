import TestSupport
import Testing

/// Commands that were killed: `detach` ends what they had begun, and says so.
@Suite(
    "Cut short", .requiresRoot,
    .enabled(if: Netctl.hasFailpoints, "a release build has no failpoints"))
struct CutShortTests {
    /// Has an attach killed when its filter is on the hook and its last pin is not there.
    private static func attachHalf() throws {
        let killed = try run(
            [Netctl.besideTests, "attach", "near0", "--hook", "tc-ingress", "--tc", "clsact"],
            environment: ["NETCTL_FAILPOINT": "settle-filter"])
        #expect(killed.status == 128 + 9, "\(killed)")
        let filters = try runChecked(["tc", "filter", "show", "dev", "near0", "ingress"])
        #expect(filters.contains("bpf"))
    }

    @Test("status tells of half an attachment as ours, and what it names removes it")
    func status() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            try Self.attachHalf()
            let status = try StatusDocument.now()
            #expect(status.foreign.isEmpty && status.attachments.isEmpty, "\(status)")
            #expect(status.problems.map(\.code) == ["cut-short"], "\(status)")
            #expect(status.problems.first?.message.hasPrefix("near0 tc-ingress: ") == true)
            #expect(status.problems.first?.hint == "netctl detach near0 --hook tc-ingress")
            #expect(try netctl("status", "--check").status == 1)
            try expectSuccess(
                ["detach", "near0", "--hook", "tc-ingress"],
                "removed what a command that was cut short left")
            try expectSuccess(["status", "--check"], "nothing is attached")
            #expect(try !runChecked(["tc", "qdisc", "show", "dev", "near0"]).contains("clsact"))
        }
    }

    @Test(
        "detach removes half an attachment",
        arguments: zip([["near0"], ["--all"]], ["nothing is attached to near0\n", ""]))
    func detach(what: [String], said: String) async throws {
        try await withSandbox {
            _ = try VethPair.create()
            try Self.attachHalf()
            let detached = try expectSuccess(["detach"] + what)
            #expect(detached.stdout == said)
            let left = "a command that was cut short left of near0 tc-ingress"
            #expect(detached.stderr == "netctl: removed what \(left)\n")
            #expect(try !runChecked(["tc", "qdisc", "show", "dev", "near0"]).contains("clsact"))
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
            try expectSuccess(["detach"] + what, "nothing is attached")
        }
    }
}
