import TestSupport
import Testing

/// Commands with some of root's capabilities.
@Suite("Capabilities", .requiresRoot) struct PrivilegeTests {
    /// What to run to have a command run with these alone.
    private static func with(_ capabilities: [String], _ arguments: [String]) -> [String] {
        let bounds = (["-all"] + capabilities.map { "+\($0)" }).joined(separator: ",")
        return ["setpriv", "--bounding-set=\(bounds)", "--inh-caps=-all", Netctl.path] + arguments
    }

    private static let enough = ["bpf", "net_admin", "perfmon"]

    @Test("CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are enough for interfaces and cgroups")
    func enough() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                try addInterface("eth1")
                let directory = try TemporaryDirectory()
                func file(_ rule: String) throws -> String {
                    try directory.write(
                        """
                        version: 1
                        name: edge
                        sets: { bad: { cidrs: [10.0.0.0/8, 192.0.2.0/24, "2001:db8::/32"] } }
                        filters:
                          both:
                            default: pass
                            rules: [{ name: \(rule), match: { src: "@bad" }, action: drop }]
                        attach:
                          - { interface: eth1, xdp: both, tc-ingress: both }
                          - { cgroup: \(cgroup.path), ingress: both }
                        """, to: "\(rule).yaml")
                }
                for arguments in [
                    ["attach", "eth1"], ["detach", "eth1"], ["apply", try file("first")],
                    ["apply", try file("second")], ["status", "--check"], ["stats"],
                    ["block", "add", "192.0.2.7"], ["block", "list"], ["pause"], ["resume"],
                    ["apply", try file("third"), "--confirm", "1m"], ["confirm"], ["rollback"],
                    ["detach", "--all"],
                ] {
                    let result = try run(Self.with(Self.enough, arguments))
                    #expect(result.status == 0, "\(arguments): \(result)")
                }
                #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
            }
        }
    }

    @Test(
        "the one that is missing is named: exit 4, nothing left",
        arguments: [
            ("bpf", "CAP_BPF"), ("net_admin", "CAP_NET_ADMIN"), ("perfmon", "CAP_PERFMON"),
        ])
    func missing(word: String, name: String) async throws {
        try await withSandbox {
            try addInterface("eth1")
            let result = try run(
                Self.with(Self.enough.filter { $0 != word }, ["attach", "eth1"]))
            #expect(result.status == 4, "\(result)")
            #expect(result.stderr.contains("needs \(name) (EPERM)"), "\(result)")
            #expect(try StatusDocument.now().attachments.isEmpty)
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("pins are root's alone; a symbolic link in their place is not followed")
    func places() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            for line in try runChecked([
                "find", "/sys/fs/bpf/netctl", "-printf", "%y %m %p\n",
            ]).split(separator: "\n") {
                #expect(line.hasPrefix("d 700 ") || line.hasPrefix("f 600 "), "\(line)")
            }
            try expectSuccess(["detach", "--all"])

            try runChecked(["mkdir", "/sys/fs/bpf/elsewhere"])
            try runChecked(["ln", "-s", "/sys/fs/bpf/elsewhere", "/sys/fs/bpf/netctl"])
            for arguments in [["attach", "eth1"], ["detach", "--all"], ["status"]] {
                let result = try run([Netctl.path] + arguments)
                #expect(result.status == 1, "\(arguments): \(result)")
                #expect(result.stderr.contains("it is a symbolic link (ELOOP)"), "\(result)")
            }
            #expect(try runChecked(["ls", "/sys/fs/bpf/elsewhere"]) == "")
        }
    }

    @Test("--save follows no link that somebody laid where it writes first")
    func save() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["block", "add", "192.0.2.7"])
            let directory = try TemporaryDirectory()
            let precious = try directory.write("precious", to: "precious")
            // Whoever runs it has a number known beforehand: the shell's own.
            let script = "ln -s \"$1\" \"$2.netctl-$$\"; exec \"$3\" block list --save \"$2\""
            let target = directory.appending("list")
            try runChecked(["sh", "-c", script, "sh", precious, target, Netctl.path])
            #expect(try runChecked(["cat", precious]) == "precious")
            #expect(try runChecked(["cat", target]).contains("192.0.2.7"))
            // Nor is one in the place of the file itself.
            try runChecked(["ln", "-sf", precious, target])
            try expectSuccess(["block", "list", "--save", target])
            #expect(try runChecked(["cat", precious]) == "precious")
            #expect(try runChecked(["cat", target]).contains("192.0.2.7"))
        }
    }
}
