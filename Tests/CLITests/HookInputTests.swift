import BPF
import LinuxSystem
import TestSupport
import Testing

/// Bad input about hooks, cgroups and namespaces: the contract's error and exit code, and nothing
/// changed.
@Suite("Bad hooks", .requiresRoot)
struct HookInputTests {
    private static let policy = """
        version: 1
        name: edge
        filters:
          both: { default: pass, rules: [] }
        """

    private static func attaching(_ entry: String) -> String {
        policy + "\nattach:\n  - \(entry)\n"
    }

    @Test("what is no cgroup of version 2: exit 1, and where those are")
    func noCgroup() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let paths = [
                ("/no/such/cgroup", "no such cgroup below"), ("/tmp", "no cgroup of version 2"),
                ("relative", "begins with '/'"), ("/a/../b", "no '..'"),
            ]
            for (path, words) in paths {
                try expectRefusal(
                    ["attach", "--cgroup", path, "--hook", "ingress"], status: 1, path, words)
                let file = try directory.write(
                    Self.attaching("{ cgroup: \(path), ingress: both }"), to: "edge.yaml")
                let result = try netctl("apply", file)
                #expect([1, 3].contains(result.status), "\(result)")
                #expect(result.stderr.contains(path), "\(result)")
            }
            // A hierarchy of version 1, where there is one.
            let mounts = try runChecked(["cat", "/proc/self/mountinfo"])
            let version1 = mounts.split(separator: "\n").first { $0.contains(" - cgroup ") }
            if let path = version1?.split(separator: " ").dropFirst(4).first.map(String.init) {
                try expectRefusal(
                    ["attach", "--cgroup", path, "--hook", "ingress"], status: 1, path,
                    "it is no cgroup of version 2; those are below")
            }
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("a cgroup that was removed: exit 1; optional: a warning")
    func removedCgroup() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try withCgroup { cgroup in
                let child = try cgroup.child("child")
                try Directory.remove(child.directory)
                for hook in ["ingress", "egress", "device"] {
                    try expectRefusal(
                        ["attach", "--cgroup", child.path, "--hook", hook], status: 1, child.path,
                        "(ENOENT)")
                }
                let directory = try TemporaryDirectory()
                let entry = "{ cgroup: \(child.path), optional: true, ingress: both, egress: both }"
                let file = try directory.write(
                    Self.attaching(entry) + "  - { interface: eth1, xdp: both }\n", to: "edge.yaml")
                let result = try expectSuccess(["apply", file], "attach eth1 xdp")
                #expect(result.stderr.contains("warning:"))
                #expect(result.stderr.contains(child.path))
                try expectSuccess(["detach", "--cgroup", child.path], "nothing is attached")
            }
        }
    }

    @Test("a threaded cgroup: attached, or refused with the kernel's reason")
    func threadedCgroup() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let threaded = try cgroup.child("threaded")
                try runChecked(["sh", "-c", "echo threaded >'\(threaded.directory)/cgroup.type'"])
                for hook in ["ingress", "egress", "device"] {
                    try expectSuccess(
                        ["attach", "--cgroup", threaded.path, "--hook", hook],
                        "attached cgroup \(threaded.path) cgroup-\(hook)")
                }
                try expectSuccess(["detach", "--cgroup", threaded.path])
            }
        }
    }

    @Test("a program there that tolerates no other: exit 1, and whose it is")
    func exclusive() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let program = try CgroupProgram.load(droppingLength: 1, name: "somebodys")
                try CgroupProgram.attach(program, to: cgroup, isEgress: true, isExclusive: true)
                try expectRefusal(
                    ["attach", "--cgroup", cgroup.path, "--hook", "egress"], status: 1,
                    "allows no other beside it (EPERM)")
                try expectSuccess(["attach", "--cgroup", cgroup.path, "--hook", "ingress"])
                try expectSuccess(["detach", "--all"])
            }
        }
    }

    @Test(
        "TCX on a kernel without it: exit 4, and what it has; auto takes clsact",
        .enabled(if: (try? FeatureProbe.supportsTCX()) == false, "the kernel has TCX"),
        arguments: ["tc-ingress", "tc-egress"])
    func noTCX(hook: String) async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectRefusal(
                ["attach", "eth1", "--hook", hook, "--tc", "tcx"], status: 4, "eth1",
                "this kernel has no TCX, which came with Linux 6.6", "use --tc clsact, or auto")
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                Self.attaching("{ interface: eth1, tc: tcx, \(hook): both }"), to: "edge.yaml")
            try expectRefusal(["apply", file], status: 4, "this kernel has no TCX")
            try expectSuccess(
                ["attach", "eth1", "--hook", hook], "attached eth1 \(hook) (clsact)")
            try expectSuccess(["detach", "--all"])
        }
    }

    @Test("a namespace that is not there: exit 1") func noNamespace() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            for hook in ["xdp", "tc-ingress", "tc-egress"] {
                try expectRefusal(
                    ["attach", "eth1", "--netns", "blue", "--hook", hook], status: 1, "blue",
                    "(ENOENT)")
                let file = try directory.write(
                    Self.attaching("{ interface: eth1, netns: blue, \(hook): both }"),
                    to: "edge.yaml")
                try expectRefusal(["apply", file], status: 1, "blue", "(ENOENT)")
            }
        }
    }

    @Test("a pattern that matches nothing: a warning; with --strict, exit 3")
    func noMatch() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                Self.attaching("{ interface: \"wlan*\", tc-ingress: both }")
                    + "  - { interface: eth1, tc-ingress: both }\n", to: "edge.yaml")
            try expectRefusal(
                ["apply", file, "--strict"], status: 3, "no interface matches 'wlan*'")
            let result = try expectSuccess(["apply", file], "attach eth1 tc-ingress")
            #expect(result.stderr.contains("warning:"), "\(result)")
            #expect(result.stderr.contains("no interface matches 'wlan*'"), "\(result)")
        }
    }

    @Test(
        "hooks that the place has not: exit 2, and those that it has",
        arguments: [
            (["attach", "eth1", "--hook", "ingress"], "it has xdp, tc-ingress, tc-egress"),
            (["attach", "eth1", "--hook", "cgroup-device"], "name a cgroup by --cgroup"),
            (["attach", "--cgroup", "/", "--hook", "xdp"], "it has ingress, egress, device"),
            (["attach", "--cgroup", "/", "--hook", "tc-egress"], "it has ingress, egress"),
            (["attach", "--cgroup", "/"], "Name a hook of the cgroup"),
            (["attach", "eth1", "--cgroup", "/", "--hook", "ingress"], "Name an interface, or"),
            (["attach", "--cgroup", "/", "--netns", "blue", "--hook", "ingress"], "excludes"),
            (["attach", "eth1", "--hook", "tc-ingress", "--tc", "qdisc"], "'qdisc'"),
            (["detach", "--cgroup", "/", "--all"], "--all"),
        ])
    func usage(arguments: [String], words: String) async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectRefusal(arguments, status: 2, words)
        }
    }

    @Test("attached in the other TC mode: exit 1, the attachment stays")
    func otherMode() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(
                ["attach", "eth1", "--hook", "tc-egress", "--tc", "clsact"],
                "attached eth1 tc-egress (clsact)")
            try expectSuccess(["attach", "eth1", "--hook", "tc-egress"], "already attached")
            try expectRefusal(
                ["attach", "eth1", "--hook", "tc-egress", "--tc", "tcx"], status: 1,
                "attached in clsact mode, not tcx", "netctl detach eth1")
        }
    }
}
