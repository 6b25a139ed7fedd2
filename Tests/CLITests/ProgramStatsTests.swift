import Foundation
import TestSupport
import Testing

/// `netctl stats` of users' programs: runs and their time, XDP's refusals, and return codes where the
/// kernel lets programs be watched.
@Suite("Stats of programs", .requiresRoot, .requiresClang)
struct ProgramStatsTests {
    /// Every frame but IPv4's is passed: those are aborted, which XDP tells of.
    private static let source = """
        #include <linux/bpf.h>
        #include <linux/if_ether.h>
        #include <bpf/bpf_endian.h>
        #include <bpf/bpf_helpers.h>
        SEC("xdp") int abort_ipv4(struct xdp_md *ctx)
        {
            struct ethhdr *ethernet = (void *)(long)ctx->data;
            if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
                return XDP_PASS;
            return ethernet->h_proto == bpf_htons(ETH_P_IP) ? XDP_ABORTED : XDP_PASS;
        }
        char LICENSE[] SEC("license") = "GPL";
        """

    /// What `stats` says that has watched while packets came; where a busy machine let none come in that
    /// time, it watches again.
    private static func watch(_ pair: borrowing VethPair) throws -> JSONValue {
        var watched: JSONValue?
        for _ in 0..<5 {
            let document = try watchOnce(pair)
            watched = document
            let all = ["programs", "foreign"].flatMap { document[$0]?.elements ?? [] }
            if all.contains(where: { ($0["measured"]?["runs"]?.integer ?? 0) >= 3 }) { break }
        }
        return try #require(watched)
    }

    private static func watchOnce(_ pair: borrowing VethPair) throws -> JSONValue {
        var watching = try BackgroundCommand([
            Netctl.path, "stats", "near0", "--measure", "1s", "-o", "json",
        ])
        // Packets for as long as it watches, whenever it begins.
        for _ in 0..<1_000 {
            if (try? watching.waitForOutput("{", limit: .milliseconds(50))) != nil { break }
            try pair.send(3, port: 9)
        }
        return try JSONValue(parsing: try watching.wait(limit: .seconds(30)).stdout)
    }

    /// Whether the program ran, and aborted, as it must have.
    private static func expectAborted(_ measured: JSONValue) {
        let runs = measured["runs"]?.integer ?? 0
        #expect(runs >= 3 && (measured["run_time_ns"]?.integer ?? 0) > 0, "\(measured)")
        let aborted = measured["exceptions"]?.elements?.first
        #expect(aborted?["name"]?.text == "XDP_ABORTED", "\(measured)")
        #expect((aborted?["count"]?.integer ?? 0) >= 3)
        if let returns = measured["returns"]?.elements {
            let counts = returns.compactMap { $0["count"]?.integer }
            #expect(returns.contains { $0["name"]?.text == "XDP_ABORTED" }, "\(measured)")
            #expect(counts.reduce(0, +) <= runs + 3 && counts.reduce(0, +) >= 3, "\(measured)")
        } else {
            #expect(measured["returns"] == .null)
        }
    }

    @Test("watched for a while: runs, exceptions, returns or why there are none")
    func measured() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            let source = try folder.write(Self.source, to: "abort.bpf.c")
            try expectSuccess([
                "attach", "near0", "--program", source, "--mode", "xdpgeneric",
            ])
            let plain = try JSONValue(parsing: netctl("stats", "-o", "json").stdout)
            #expect(plain["attachments"]?.elements?.isEmpty == true)
            let program = try #require(plain["programs"]?.elements?.first)
            #expect(program["name"]?.text == "abort_ipv4" && program["interface"]?.text == "near0")
            #expect(program["measured"] == .null)

            let watched = try Self.watch(pair)
            Self.expectAborted(
                try #require(watched["programs"]?.elements?.first?["measured"]))
            #expect(watched["foreign"]?.elements?.isEmpty == true)
            try expectSuccess(
                ["stats", "near0", "--measure", "100ms"], "program near0", "name abort_ipv4 runs ")
            try expectRefusal(
                ["stats", "--measure", "1s", "--watch"], status: 2, "--measure excludes")
            try expectSuccess(["detach", "--all"])
        }
    }

    @Test("a program of others is watched, too, where that is asked for")
    func foreign() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            let source = try folder.write(Self.source, to: "abort.bpf.c")
            let object = try ProgramFixture.compile(source, in: folder, to: "abort.bpf.o")
            try runChecked([
                "ip", "link", "set", "near0", "xdpgeneric", "object", object, "section", "xdp",
            ])
            try expectRefusal(
                ["stats", "near0"], status: 1,
                "nothing is attached to near0; --measure 5s watches 'abort_ipv4' of somebody else")
            let plain = try JSONValue(parsing: netctl("stats", "-o", "json").stdout)
            #expect(plain["foreign"]?.elements?.isEmpty == true)

            let watched = try Self.watch(pair)
            #expect(watched["programs"]?.elements?.isEmpty == true)
            let program = try #require(watched["foreign"]?.elements?.first)
            #expect(program["name"]?.text == "abort_ipv4" && program["hook"]?.text == "xdp")
            #expect(program["interface"]?.text == "near0" && program["policy"] == .null)
            Self.expectAborted(try #require(program["measured"]))
            try expectSuccess(
                ["stats", "near0", "--hook", "xdp", "--measure", "100ms"], "foreign near0 netns ",
                "name abort_ipv4 runs ")
            try expectRefusal(
                ["stats", "near0", "--hook", "tc-ingress", "--measure", "100ms"], status: 1,
                "nothing is attached to near0")
        }
    }
}
