import Foundation
import TestSupport
import Testing

/// A policy that is refused: its text, and what is said about it.
struct BadPolicy: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    var setFile: String?
    let words: [String]
}

/// The issue's list of bad input: the contract's error and exit code, and nothing changed.
@Suite("Bad input", .requiresRoot)
struct BadInputTests {
    static let policies = [
        BadPolicy(
            testDescription: "unknown key",
            text: policyText().replacing("match: {", with: "match: { protcol: tcp,"),
            words: [
                ":8:31: error: unknown key 'protcol' in rule 'web'; did you mean 'proto'?", "^",
            ]),
        BadPolicy(
            testDescription: "bad CIDR",
            text: policyText().replacing("dport: 443", with: "src: 10.0.0.0/33"),
            words: [":8:36: error:", "10.0.0.0/33"]),
        BadPolicy(
            testDescription: "host bits",
            text: policyText().replacing("dport: 443", with: "src: 10.0.0.1/8"),
            words: [
                "error: prefix 10.0.0.1/8 has host bits set; did you mean 10.0.0.0/8?"
            ]),
        BadPolicy(
            testDescription: "port 70000", text: policyText(dport: 70000),
            words: [":8:38: error:", "70000"]),
        BadPolicy(
            testDescription: "duplicate rule names",
            text: policyText() + "\n      - { name: web, match: {}, action: pass }\n",
            words: ["error:", "'web'"]),
        BadPolicy(
            testDescription: "duplicate keys",
            text: policyText(top: "name: edge"), words: ["error:", "name"]),
        BadPolicy(
            testDescription: "unknown set",
            text: policyText().replacing("dport: 443", with: "src: \"@threats\""),
            words: ["error: unknown set '@threats'"]),
        BadPolicy(
            testDescription: "missing set file",
            text: policyText(top: "sets: { threats: { file: missing.txt } }")
                .replacing("dport: 443", with: "src: \"@threats\""),
            words: ["missing.txt", "(ENOENT)"]),
        BadPolicy(
            testDescription: "malformed line in a set file",
            text: policyText(top: "sets: { threats: { file: threats.txt } }")
                .replacing("dport: 443", with: "src: \"@threats\""),
            setFile: "192.0.2.1\n# a comment\n192.0.2.300\n",
            words: ["threats.txt:3: error:", "192.0.2.300"]),
        BadPolicy(testDescription: "empty policy", text: "", words: ["error:"]),
        BadPolicy(testDescription: "only a comment", text: "# nothing\n", words: ["error:"]),
        BadPolicy(
            testDescription: "unknown filter in attach:",
            text: policyText(attach: ["{ interface: eth1, xdp: inbuond }"]),
            words: ["error:", "'inbuond'"]),
    ]

    @Test("an invalid policy: exit 3, file, line and column", arguments: policies)
    func invalidPolicy(row: BadPolicy) async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["apply", directory.write(policyText(rule: "old"), to: "old.yaml")])
            let file = try directory.write(row.text, to: "bad.yaml")
            if let content = row.setFile { try directory.write(content, to: "threats.txt") }
            try expectRefusal(["apply", file], status: 3)
            try expectRefusal(["apply", file, "--dry-run"], status: 3)
            let result = try netctl("validate", file)
            #expect(result.status == 3)
            for words in row.words { #expect(result.stderr.contains(words), "\(result)") }
        }
    }

    @Test(
        "a policy of 100 MB, and one of aliases of aliases: refused in seconds, within 1 GB",
        .limitsAddresses)
    func bombs() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let huge = directory.appending("huge.yaml")
            try runChecked(["sh", "-c", "yes 'a: [b, {c: d' | head -c 100000000 >\(huge)"])
            let zeros = directory.appending("zeros.yaml")
            try runChecked(["truncate", "--size=100M", zeros])
            var aliases = "version: 1\nname: edge\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            for level in 1...30 {
                let references = Array(repeating: "*a\(level - 1)", count: 9)
                aliases += "a\(level): &a\(level) [\(references.joined(separator: ", "))]\n"
            }
            let nested = String(repeating: "[", count: 500_000)
            let files = [
                huge, zeros, try directory.write(aliases, to: "aliases.yaml"),
                try directory.write(nested, to: "nested.yaml"),
            ]
            for file in files {
                // Seconds of the processor: what else the machine does is not counted.
                let result = try run(
                    [
                        "prlimit", "--as=\(1 << 30)", "--cpu=30", Netctl.path, "validate", file,
                    ], limit: .seconds(300))
                #expect(
                    result.status == 3, "\(file): \(result.status) \(result.stderr.prefix(300))")
                #expect(result.stderr.utf8.count < 100_000)
            }
        }
    }

    @Test("attach: no such interface, no such namespace, no XDP in that mode, another mode")
    func attach() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try addInterface("eth2")
            try expectSuccess(["attach", "eth1"], "attached eth1", "xdpgeneric")
            try expectRefusal(["attach", "eth7"], status: 1, "eth7", "(ENODEV)")
            try expectRefusal(["attach", "eth1", "--netns", "blue"], status: 1, "blue", "(ENOENT)")
            for mode in ["xdpdrv", "native"] {
                try expectRefusal(
                    ["attach", "eth2", "--mode", mode], status: 4, "attach xdp: ",
                    "cannot run XDP in xdpdrv mode", "(EOPNOTSUPP)", "--mode xdpgeneric")
            }
            for mode in ["xdpoffload", "offload"] {
                let result = try netctl("attach", "eth2", "--mode", mode)
                #expect([1, 4].contains(result.status), "\(result)")
                try expectRefusal(
                    ["attach", "eth2", "--mode", mode], status: result.status, "eth2",
                    "xdpoffload", "--mode xdpgeneric")
            }
            try expectRefusal(
                ["attach", "eth1", "--mode", "xdpdrv"], status: 1, "eth1",
                "attached in xdpgeneric mode, not xdpdrv", "netctl detach eth1")
        }
    }

    @Test("apply with nothing attached: exit 1, and what to do")
    func nothingAttached() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let file = try directory.write(policyText(), to: "edge.yaml")
            try expectRefusal(["apply", file], status: 1, "nothing is attached", "netctl attach")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            try expectRefusal(
                ["apply", file, "--interface", "eth9"], status: 1, "eth9", "netctl attach")
            try expectRefusal(
                ["apply", file, "--interface", "eth1", "--interface", "eth9"], status: 1,
                "apply policy 'edge': eth9: nothing is attached", "netctl attach")
            #expect(try StatusDocument.now().entry("eth1").policy == nil)
        }
    }

    @Test("--interface names what attach: is not for: exit 1, nothing changed")
    func interfaceNotListed() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try addInterface("eth2")
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                policyText(attach: [
                    "{ interface: eth1, xdp: inbound }", "{ interface: \"veth*\", xdp: inbound }",
                    "{ interface: eth8, optional: true, xdp: inbound }",
                ]), to: "edge.yaml")
            for name in ["eth2", "veth9", "eth9"] {
                for command in ["apply", "diff"] {
                    try expectRefusal(
                        [command, file, "--interface", "eth1", "--interface", name], status: 1,
                        "apply policy 'edge': \(name): its attach: is for no such interface",
                        "leave --interface out")
                }
            }
            #expect(try StatusDocument.now().attachments.isEmpty)
            // Optional, and not there: a warning, as without --interface.
            let result = try expectSuccess(
                ["apply", file, "--interface", "eth1", "--interface", "eth8"], "attach eth1 xdp")
            #expect(result.stderr.contains("eth8"))
        }
    }

    @Test("attach: names what is not there: exit 1, nothing changed; optional: a warning")
    func missingInterface() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                policyText(attach: [
                    "{ interface: eth1, xdp: inbound }", "{ interface: eth9, xdp: inbound }",
                ]), to: "edge.yaml")
            try expectRefusal(["apply", file], status: 1, "eth9", "(ENODEV)")
            // All of it optional and missing: not in force, and not said to be.
            let nowhere = try directory.write(
                policyText(attach: ["{ interface: eth9, optional: true, xdp: inbound }"]),
                to: "nowhere.yaml")
            try expectSuccess(["apply", nowhere], "'edge' is attached nowhere; nothing changed")
            try expectSuccess(["diff", nowhere], "'edge' is attached nowhere; apply would change")
            let optional = try directory.write(
                policyText(attach: [
                    "{ interface: eth1, xdp: inbound }",
                    "{ interface: eth9, optional: true, xdp: inbound }",
                ]), to: "optional.yaml")
            let result = try expectSuccess(["apply", optional], "attach eth1 xdp")
            #expect(result.stderr.contains("warning:"))
            #expect(result.stderr.contains("eth9"))
        }
    }

    @Test(
        "usage errors: exit 2",
        arguments: [
            ["nonsense"], ["attach"], ["attach", "eth1", "eth2"],
            ["attach", "eth1", "--mode", "x"],
            ["attach", "eth1", "--hook", "xpd"], ["attach", "--no-such-option"], ["detach"],
            ["detach", "eth1", "--all"], ["apply"], ["validate"],
            ["validate", "a.yaml", "--schema"], ["stats", "--by", "colour"],
            ["stats", "--watch", "--reset"], ["stats", "--interval", "0"],
            ["pause", "--for", "10"], ["pause", "--for", "0s"], ["pause", "--for", "-1m"],
            ["pause", "--for", "999999999999d"], ["status", "-o", "xml"],
            ["status", "--quiet", "--verbose"], ["status", "--color", "mauve"], ["show", "a", "b"],
        ])
    func usage(arguments: [String]) async throws {
        try await withSandbox {
            let result = try run([Netctl.path] + arguments)
            #expect(result.status == 2, "\(result)")
            #expect(result.stdout == "")
            #expect(!result.stderr.isEmpty)
        }
    }

    @Test(
        "help and version are results: exit 0",
        arguments: [["--help"], ["apply", "-h"], ["--version"]])
    func help(arguments: [String]) throws {
        let result = try run([Netctl.path] + arguments)
        #expect(result.status == 0)
        #expect(!result.stdout.isEmpty)
        #expect(result.stderr == "")
    }

    @Test("not root: exit 4 and what to do; validate needs no privilege")
    func notRoot() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try addInterface("eth2")
            try expectSuccess(["attach", "eth1"])
            let directory = try TemporaryDirectory()
            let file = try directory.write(policyText(), to: "edge.yaml")
            try runChecked(["chmod", "-R", "go+rX", directory.path])
            let nobody = ["setpriv", "--reuid=65534", "--clear-groups", Netctl.path]
            let validated = try run(nobody + ["validate", file])
            #expect(validated.status == 0, "\(validated)")
            let before = try netctl("status", "-o", "json").stdout
            for arguments in [
                ["status"], ["stats"], ["attach", "eth2"], ["detach", "eth1"], ["detach", "--all"],
                ["apply", file], ["pause"], ["resume"], ["show"],
            ] {
                let result = try run(nobody + arguments)
                #expect(result.status == 4, "\(arguments): \(result)")
                #expect(result.stderr.contains("run as root"), "\(arguments): \(result)")
            }
            #expect(try netctl("status", "-o", "json").stdout == before)
        }
    }

    @Test("not root and nothing attached yet: exit 4")
    func notRootFirst() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let result = try run([
                "setpriv", "--reuid=65534", "--clear-groups", Netctl.path, "attach", "eth1",
            ])
            #expect(result.status == 4, "\(result)")
        }
    }

    @Test("a program of somebody else stays; its id and name are in the message and in status")
    func foreignProgram() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            // bpftool takes a pinned program for an interface.
            let object = directory.appending("foreign.o")
            let source = try directory.write(
                """
                __attribute__((section("xdp"), used)) int somebodys(void *ctx) { return 2; }
                char _license[] __attribute__((section("license"), used)) = "GPL";
                """, to: "foreign.c")
            try runChecked([
                "clang", "-target", "bpf", "-O2", "-g", "-c", source, "-o", object,
            ])
            try runChecked(["ip", "link", "set", "eth1", "xdpgeneric", "obj", object, "sec", "xdp"])
            let status = try StatusDocument.now()
            #expect(status.attachments.isEmpty)
            let foreign = try #require(status.foreign.first)
            #expect(foreign.interface == "eth1")
            #expect(foreign.hook == "xdp")
            #expect(foreign.name == "somebodys")

            let link = try runChecked(["ip", "link", "show", "eth1"])
            #expect(link.contains("prog/xdp id \(foreign.program_id)"))
            for mode in ["auto", "xdpgeneric", "xdpdrv"] {
                try expectRefusal(
                    ["attach", "eth1", "--mode", mode], status: 1, "eth1",
                    "program \(foreign.program_id) 'somebodys'", "(EBUSY)")
            }
            let file = try directory.write(
                policyText(attach: ["{ interface: eth1, xdp: inbound }"]), to: "edge.yaml")
            try expectRefusal(["apply", file], status: 1, "eth1", "'somebodys'")
            try expectSuccess(["detach", "eth1"], "nothing is attached")
            try expectSuccess(["detach", "--all"], "nothing is attached")
            #expect(try runChecked(["ip", "link", "show", "eth1"]) == link)
        }
    }
}
