import Foundation
import TestSupport
import Testing

/// `netctl top` on a terminal.
@Suite("Top on a terminal", .requiresRoot, .serialized) struct TopScreenTests {
    private static let policy = """
        version: 1
        name: edge
        filters:
          inbound:
            default: pass
            rules:
              - { name: discard, match: { proto: udp, dport: 9 }, action: drop, log: true }
        """

    private static let restored = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

    private func send(_ count: Int, from pair: VethPair) throws {
        try pair.onFar {
            try UDPSocket(bound: pair.far.ipv4, port: 4000).send(
                count, to: pair.near.ipv4, port: 9)
        }
    }

    @Test func `verdicts, rules, sources and processes of real packets`() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let directory = try TemporaryDirectory()
            try runChecked([Netctl.path, "attach", pair.near.name, "--hook", "tc-ingress"])
            try runChecked([Netctl.path, "apply", directory.write(Self.policy, to: "edge.yaml")])
            var top = try TerminalCommand([Netctl.path, "top", "--interval", "0.2"])
            try top.waitForOutput("[2 rule]")
            try send(40, from: pair)
            try top.waitForOutput("discard")
            top.type("1")
            #expect(try top.waitForOutput("[1 verdict]").contains("1049l") == false)
            try top.waitForOutput("drop")
            top.type("4")
            try top.waitForOutput("[4 source]")
            try top.waitForOutput(pair.far.ipv4)
            top.type("5")
            try top.waitForOutput("[5 process]")
            // The sender is this process.
            for _ in 0..<20 { try send(1, from: pair) }
            try top.waitForOutput("[\(getpid())]")
            top.type("/nobody-is-called-so\r")
            try top.waitForOutput("(0 of ")
            top.type("\u{1B}")
            top.resize(columns: 120, rows: 10)
            top.signal(SIGWINCH)
            try top.waitForOutput("BYTES/S    PACKETS      BYTES")
            top.type("q")
            let end = try top.wait()
            #expect(end.status == 0 && end.output.hasSuffix(Self.restored))
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGSEGV, SIGABRT])
    func `the terminal is given back`(signal: Int32) async throws {
        try await withSandbox {
            var top = try TerminalCommand([Netctl.path, "top"])
            let before = top.settings
            try top.waitForOutput("[2 rule]")
            #expect(top.settings != before)
            top.signal(signal)
            let end = try top.wait()
            #expect(top.settings == before)
            #expect(end.output.contains(Self.restored))
            #expect(end.status == ([SIGSEGV, SIGABRT].contains(signal) ? 128 + signal : 0))
        }
    }

    @Test func `sources and processes without a screen`() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let directory = try TemporaryDirectory()
            try runChecked([Netctl.path, "attach", pair.near.name, "--hook", "tc-ingress"])
            try runChecked([Netctl.path, "apply", directory.write(Self.policy, to: "edge.yaml")])
            try send(7, from: pair)
            let sources = try netctl(
                "top", "--once", "--by", "source", "--interval", "0.1", "-o", "json")
            #expect(sources.stdout.contains("\"name\":\"\(pair.far.ipv4)\""), "\(sources)")
            #expect(sources.stdout.contains("\"packets\":7,"), "\(sources)")
            let none = try netctl("top", "--once", "--by", "process", "--interval", "0.1", "near0")
            #expect(none.status == 0 && none.stderr == "", "\(none)")
        }
    }
}
