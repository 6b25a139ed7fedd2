import TestSupport
import Testing

/// The five answers of XDP, as one policy gives them to real packets.
@Suite("Results of XDP", .requiresRoot)
struct XDPResultTests {
    @Test("pass, drop, tx, redirect and aborted are counted apart")
    func fiveResults() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            _ = try VethPair.create(near: "near1", far: "far1", subnet: 78)
            try addInterface("gone0")
            let folder = try TemporaryDirectory()
            let rules = [
                ("dropped", "drop"), ("returned", "tx"), ("moved", "{ redirect: near1 }"),
                // Redirected to an interface that is gone: XDP_ABORTED.
                ("lost", "{ redirect: gone0 }"), ("passed", "pass"),
            ]
            let policy = """
                version: 1
                name: edge
                filters:
                  inbound:
                    default: pass
                    rules:

                """
            let lines = rules.enumerated().map { index, rule in
                "      - { name: \(rule.0), match: { proto: udp, dport: \(index + 1) }, "
                    + "action: \(rule.1) }\n"
            }
            let file = try folder.write(policy + lines.joined(), to: "edge.yaml")
            try expectSuccess(["attach", "near0", "--mode", "xdpgeneric"])
            try expectSuccess(["apply", file])
            try runChecked(["ip", "link", "delete", "gone0"])
            for port in 1...5 { try pair.send(port + 2, port: UInt16(port)) }
            let stats: StatsDocument = try document("stats")
            let entry = try #require(stats.attachments.first)
            func packets(_ verdict: String) -> UInt64? { entry.verdicts[verdict]?.packets }
            #expect(packets("drop") == 3)
            #expect(packets("tx") == 4)
            #expect(packets("redirect") == 5)
            #expect(packets("aborted") == 6)
            #expect(entry.rules.first { $0.name == "passed" }?.packets == 7)
            // Beside those, what the kernel itself has sent.
            #expect((packets("pass") ?? 0) >= 7)
            let verdicts = entry.verdicts.values.map(\.packets).reduce(0, +)
            #expect(verdicts == entry.reasons.values.map(\.packets).reduce(0, +))
        }
    }
}
