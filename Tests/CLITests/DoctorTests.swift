import TestSupport
import Testing

/// `netctl doctor`: its answers agree with what can be tried by hand.
@Suite("Doctor") struct DoctorTests {
    private static func findings(_ text: String) throws -> [JSONValue] {
        try JSONValue(parsing: text)["findings"]?.elements ?? []
    }

    private static func state(
        _ group: String, _ name: String, in findings: [JSONValue]
    ) -> String? {
        findings.first { $0["group"]?.text == group && $0["name"]?.text == name }?["state"]?.text
    }

    @Test("as root: what works, what a veth can do, and what bpftool finds", .requiresRoot)
    func root() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let result = try run([Netctl.path, "doctor", "-o", "json"], limit: .seconds(60))
            #expect(result.status == 0, "\(result)")
            let document = try JSONValue(parsing: result.stdout)
            #expect(document["works"] == .boolean(true))
            let findings = try Self.findings(result.stdout)
            #expect(Self.state("program type", "xdp", in: findings) == "ok")
            #expect(Self.state("map type", "lpm_trie", in: findings) == "ok")
            #expect(Self.state("privileges", "CAP_BPF", in: findings) == "ok")
            let veth = findings.first { $0["name"]?.text == "near0" }?["value"]?.text
            #expect(veth?.contains("driver veth") == true, "\(findings)")
            // What the kernel said when each type was tried, by bpftool.
            let probe = try run(["bpftool", "feature", "probe", "kernel"], limit: .seconds(60))
            for line in probe.stdout.split(separator: "\n") {
                guard
                    let match = line.wholeMatch(
                        of: /eBPF (program_type|map_type) (\w+) is (NOT )?available/)
                else { continue }
                let group = match.1 == "map_type" ? "map type" : "program type"
                guard let state = Self.state(group, String(match.2), in: findings) else { continue }
                #expect((state == "ok") == (match.3 == nil), "\(line): \(state)")
            }
            let text = try run([Netctl.path, "doctor"], limit: .seconds(60))
            #expect(text.stdout.contains("kernel 'release'"), "\(text)")
        }
    }

    /// Ways to attach, by the name that `doctor` gives them, and the section that asks for the same.
    private static let kinds: [(name: String, section: String)] =
        [
            "tp_btf/kfree_skb", "tp_btf/inet_sock_set_state", "tp_btf/tcp_send_reset",
            "tp_btf/sched_process_exec", "tp_btf/sock_send_length", "iter/task_file",
            "fexit/inet_csk_accept", "kretprobe/inet_csk_accept", "fentry/tcp_connect",
            "kprobe/tcp_connect", "raw_tp/kfree_skb", "tracepoint/skb/kfree_skb",
            "lsm/socket_connect",
        ].map { ($0, $0) } + [
            ("uprobe", "uprobe/libc.so.6:wcsxfrm_l"),
            ("uretprobe", "uretprobe/libc.so.6:wcsxfrm_l"),
        ]

    /// Hooks of cgroups, by the names of doctor and of bpftool.
    private static let cgroupKinds = [
        ("cgroup/sock_create", "cgroup_inet_sock_create"),
        ("cgroup/sock_release", "cgroup_inet_sock_release"),
        ("cgroup/post_bind4", "cgroup_inet4_post_bind"),
        ("cgroup/connect6", "cgroup_inet6_connect"), ("cgroup/sendmsg4", "cgroup_udp4_sendmsg"),
        ("cgroup_skb/egress", "cgroup_inet_egress"), ("cgroup/dev", "cgroup_device"),
    ]

    @Test(
        "ways to attach, one by one: as somebody's program is attached, or is not", .requiresRoot,
        .requiresClang)
    func attaching() async throws {
        try await withSandbox {
            let result = try run([Netctl.path, "doctor", "-o", "json"], limit: .seconds(60))
            let findings = try Self.findings(result.stdout)
            let folder = try TemporaryDirectory()
            let head = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
            let licence = "char LICENSE[] SEC(\"license\") = \"GPL\";\n"
            let programs = Self.kinds.enumerated().map { index, kind in
                "SEC(\"\(kind.section)\") int kind_\(index)(void *ctx) { return 0; }\n"
            }
            let kernel = try ProgramFixture.compile(
                folder.write(head + programs.joined() + licence, to: "kernel.c"), in: folder,
                to: "kernel.bpf.o")
            for (index, kind) in Self.kinds.enumerated() {
                let tried = try run([
                    Netctl.path, "run", kernel, "--name", "kind_\(index)", "--for", "1ms",
                ])
                let state = Self.state("attach", kind.name, in: findings)
                // A name that this kernel does not know may as well be a wrong one.
                let isUnknown = tried.status == 1 && tried.stderr.contains("this kernel has no '")
                #expect(
                    state == "ok" ? tried.status == 0 : tried.status == 4 || isUnknown,
                    "\(kind): \(state ?? "-"), \(tried)")
            }
            func object(_ section: String) throws -> String {
                let text = "SEC(\"\(section)\") int one(void *ctx) { return 1; }\n"
                let source = try folder.write(head + text + licence, to: "one.c")
                return try ProgramFixture.compile(source, in: folder, to: "one.bpf.o")
            }
            let pins = "/sys/fs/bpf/by-hand"
            try runChecked(["mkdir", pins])
            try withCgroup { cgroup in
                for (name, word) in Self.cgroupKinds {
                    let pin = "\(pins)/\(word)"
                    let loaded = try run([
                        "bpftool", "prog", "load", object(name), pin,
                    ])
                    let path = cgroup.directory
                    let attached = try run([
                        "bpftool", "cgroup", "attach", path, word, "pinned", pin,
                    ])
                    let works = loaded.status == 0 && attached.status == 0
                    let state = Self.state("attach", name, in: findings)
                    #expect((state == "ok") == works, "\(name): \(loaded), \(attached)")
                }
            }
        }
    }

    @Test("without privileges: exit 4, and what is missing", .requiresRoot)
    func unprivileged() throws {
        let result = try run(
            [
                "setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all",
                "--inh-caps=-all", Netctl.path, "doctor", "-o", "json",
            ], limit: .seconds(60))
        #expect(result.status == 4, "\(result)")
        let findings = try Self.findings(result.stdout)
        #expect(Self.state("privileges", "CAP_BPF", in: findings) == "missing")
        #expect(result.stderr.contains("cannot filter packets here"))
    }
}
