import LinuxSystem
import TestSupport
import Testing

/// `attach --program`, and what `prog`, `map` and `link` tell of it: a program as others write them.
@Suite("User's programs", .requiresRoot, .requiresClang)
struct UserProgramTests {
    /// Counts packets by protocol; a constant says which verdict.
    private static let source = """
        #include <linux/bpf.h>
        #include <linux/if_ether.h>
        #include <bpf/bpf_helpers.h>
        struct count { __u64 packets; __u64 bytes; };
        struct {
            __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
            __uint(max_entries, 2);
            __type(key, __u32);
            __type(value, struct count);
        } user_counts SEC(".maps");
        const volatile int verdict = XDP_PASS;
        static __attribute__((noinline)) void add(struct count *count, __u64 bytes)
        {
            count->packets++;
            count->bytes += bytes;
        }
        SEC("xdp") int count_frames(struct xdp_md *ctx)
        {
            __u32 key = 1;
            struct count *count = bpf_map_lookup_elem(&user_counts, &key);
            if (count)
                add(count, ctx->data_end - ctx->data);
            return verdict;
        }
        SEC("tc") int pass_skb(struct __sk_buff *skb)
        {
            return 0;
        }
        SEC("cgroup/connect4") int allow_connect(struct bpf_sock_addr *ctx)
        {
            return 1;
        }
        SEC("cgroup/getsockopt") int see_option(struct bpf_sockopt *ctx)
        {
            return 1;
        }
        SEC("cgroup/sysctl") int see_sysctl(struct bpf_sysctl *ctx)
        {
            return 1;
        }
        SEC("raw_tp/sched_process_exec") int on_exec(void *ctx)
        {
            return 0;
        }
        SEC("?freplace/count_frames") int instead(struct xdp_md *ctx)
        {
            return XDP_PASS;
        }
        SEC("?kprobe.multi/tcp_v4_*") int on_many(void *ctx)
        {
            return 0;
        }
        char LICENSE[] SEC("license") = "GPL";
        """

    private static func object(in folder: borrowing TemporaryDirectory) throws -> String {
        let source = try folder.write(source, to: "user.bpf.c")
        try expectSuccess(["compile", source], "compiled")
        return folder.appending("user.bpf.o")
    }

    private static func programs() throws -> [JSONValue] {
        let status = try expectSuccess(["status", "-o", "json"])
        return try JSONValue(parsing: status.stdout)["programs"]?.elements ?? []
    }

    @Test("on XDP: loaded with a constant, listed, counted, replaced in place, detached cleanly")
    func xdp() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            let object = try Self.object(in: folder)
            let attach = [
                "attach", "near0", "--program", object, "--name", "count_frames", "--mode",
                "xdpgeneric", "--pin-maps",
            ]
            try expectSuccess(attach, "attached program count_frames on near0 xdp (xdpgeneric)")
            let first = try #require(try Self.programs().first)
            #expect(first["name"]?.text == "count_frames" && first["state"]?.text == "active")
            let map =
                "/sys/fs/bpf/netctl/program-xdp-"
                + "\(try NetworkNamespace.current.inode)-\(pair.near.index)/map-user_counts"
            try pair.onFar {
                try runChecked([
                    "bash", "-c", "for i in 1 2 3; do echo x >/dev/udp/10.77.0.1/9; done",
                ])
            }
            func packets() throws -> Int {
                let dump = try expectSuccess(["map", "dump", map, "-o", "json"])
                let second = try JSONValue(parsing: dump.stdout).elements?.last
                #expect(second?["key"]?.integer == 1)
                let total = second?["value"]?["total"]
                let each = second?["value"]?["per_cpu"]?.elements ?? []
                let sum = each.compactMap { $0["packets"]?.integer }.reduce(0, +)
                #expect(total?["packets"]?.integer == sum)
                return sum
            }
            let before = try packets()
            #expect(before >= 3)

            try expectSuccess(["status", "--verbose"], "map user_counts at \(map)")

            // Replaced in place: the same link, another program, the same map.
            try expectSuccess(attach + ["--set", "verdict=1"], "replaced program count_frames")
            let second = try #require(try Self.programs().first)
            #expect(second["link_id"] == first["link_id"])
            #expect(second["program_id"] != first["program_id"])
            #expect(try packets() >= before)

            let id = try #require(second["program_id"]?.integer)
            let shown = try expectSuccess(["prog", "show", "\(id)", "-o", "json"])
            let program = try JSONValue(parsing: shown.stdout)["programs"]?.elements?.first
            #expect(program?["name"]?.text == "count_frames")
            try expectSuccess(["prog", "dump", "\(id)"], "count->packets++")
            try expectSuccess(
                ["link", "list"],
                "program \(id) name count_frames hook xdp on interface near0 in netns net:[")
            try expectRefusal(
                [
                    "attach", "near0", "--program", object, "--name", "count_frames", "--mode",
                    "xdpdrv",
                ],
                status: 1, "attached in xdpgeneric mode")
            try expectRefusal(
                ["attach", "near0"], status: 1, "'count_frames', attached by --program")

            // Where the driver has no native mode, it is said why there is none.
            try runChecked(["ip", "link", "add", "bridge0", "up", "type", "bridge"])
            let bridge = ["attach", "bridge0", "--program", object, "--name", "count_frames"]
            let generic = try expectSuccess(bridge, "bridge0 xdp (xdpgeneric)")
            #expect(generic.stderr.contains("(EOPNOTSUPP); generic mode is in force"), "\(generic)")
            try expectSuccess(["detach", "bridge0"], "detached bridge0 xdp program count_frames")

            try expectSuccess(["detach", "near0"], "detached near0 xdp program count_frames")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
            #expect(try Self.programs().isEmpty)
        }
    }

    @Test("on TC, beside the datapath, and on each kind of cgroup hook")
    func otherHooks() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let object = try Self.object(in: folder)
            try expectSuccess(["attach", "near0", "--hook", "tc-ingress"])
            for mode in ["auto", "clsact"] {
                let attach = [
                    "attach", "near0", "--program", object, "--hook", "tc-ingress", "--tc", mode,
                ]
                try expectSuccess(attach, "attached program pass_skb on near0 tc-ingress")
                try expectSuccess(attach, "replaced program pass_skb")
                #expect(try Self.programs().first?["state"]?.text == "active")
                let links = try expectSuccess(["link", "list"]).stdout
                let isLinked = try Self.programs().first?["link_id"]?.integer != nil
                let link = "name pass_skb hook tcx_ingress on interface near0 in netns net:["
                #expect(links.contains(link) == isLinked, "\(links)")
                try expectSuccess(["detach", "--program", "pass_skb"], "detached near0 tc-ingress")
                #expect(try Self.programs().isEmpty)
            }
            #expect(try StatusDocument.now().foreign.isEmpty)
            #expect(try StatusDocument.now().attachments.map(\.hook) == ["tc-ingress"])
            try withCgroup { cgroup in
                for name in ["allow_connect", "see_option", "see_sysctl"] {
                    let attach = [
                        "attach", "--cgroup", cgroup.path, "--program", object, "--name", name,
                    ]
                    try expectSuccess(attach, "attached program \(name) on cgroup \(cgroup.path)")
                    try expectSuccess(attach, "replaced program \(name)")
                }
                #expect(try Self.programs().count == 3)
                try expectSuccess(["detach", "--cgroup", cgroup.path])
            }
            try expectSuccess(["attach", "--program", object, "--name", "on_exec"], "the kernel")
            try expectSuccess(["attach", "--program", object, "--name", "on_exec"], "replaced")
            try expectSuccess(["link", "list"], "tracepoint sched_process_exec")
            try expectSuccess(["detach", "--all"], "program on_exec")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("sections of any name, as iproute2 takes them: --hook says what they are for")
    func otherSections() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                SEC("prog") int old_xdp(struct xdp_md *ctx) { return XDP_PASS; }
                SEC("egress") int old_tc(struct __sk_buff *skb) { return 0; }
                SEC("action") int old_action(struct __sk_buff *skb) { return 0; }
                SEC("xdp/filter") int old_filter(struct xdp_md *ctx) { return XDP_PASS; }
                SEC("xdp/devmap") int of_element(struct xdp_md *ctx) { return XDP_PASS; }
                """, to: "sections.bpf.c")
            let attach = ["attach", "near0", "--program", source, "--name"]
            try expectRefusal(
                attach + ["old_xdp"], status: 1, "its section is 'prog'",
                "name the one that is meant by --hook")
            for (name, hook) in [
                ("old_xdp", "xdp"), ("old_tc", "tc-egress"), ("old_action", "tc-ingress"),
            ] {
                let named = attach + [name, "--hook", hook, "--mode", "xdpgeneric"]
                try expectSuccess(named, "attached program \(name) on near0 \(hook)")
                try expectSuccess(named, "replaced program \(name)")
            }
            try expectSuccess(
                attach + ["old_filter", "--mode", "xdpgeneric"], "replaced program old_filter")
            try expectRefusal(attach + ["of_element"], status: 1, "of section xdp/devmap")
            try expectSuccess(["detach", "near0"])
            let ran = try run([
                Netctl.path, "run", source, "near0", "--name", "old_xdp", "--hook", "xdp", "--mode",
                "xdpgeneric", "--for", "100ms", "--verbose",
            ])
            #expect(ran.status == 0 && ran.stderr.contains("old_xdp on near0 xdp"), "\(ran)")
        }
    }

    @Test("what does not fit is refused with what it is for, and leaves nothing")
    func misplaced() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let object = try Self.object(in: folder)
            let attach = ["attach", "near0", "--program", object]
            try expectRefusal(attach, status: 1, "choose one by --name")
            try expectRefusal(attach + ["--name", "nope"], status: 1, "no program 'nope'")
            try expectRefusal(
                attach + ["--name", "pass_skb"], status: 1, "--hook tc-ingress or tc-egress")
            try expectRefusal(
                attach + ["--name", "allow_connect"], status: 1, "name one by --cgroup")
            try expectRefusal(attach + ["--name", "on_exec"], status: 1, "attached to the kernel")
            for place in [[], ["near0"], ["--cgroup", "/"]] {
                let attach = ["attach"] + place + ["--program", object, "--name"]
                try expectRefusal(
                    attach + ["instead"], status: 1, "its section is 'freplace/count_frames'",
                    "it takes the place of a function of another program")
                try expectRefusal(
                    attach + ["on_many"], status: 1,
                    "netctl cannot attach programs of section kprobe.multi/tcp_v4_*")
            }
            try expectRefusal(
                attach + ["--name", "count_frames", "--hook", "tc-egress"], status: 1,
                "section xdp does not fit tc-egress")
            try expectRefusal(
                attach + ["--name", "count_frames", "--set", "verdict=drop"], status: 1,
                "'const volatile int', which does not take 'drop'")
            try expectRefusal(
                attach + ["--name", "count_frames", "--set", "verdict"], status: 2, "VARIABLE=VALUE"
            )
            try expectRefusal(
                attach + ["--name", "count_frames", "--reuse-map", "user_counts=/nope"], status: 1,
                "there is no such pin")
            try expectRefusal(["attach", "near0", "--name", "x"], status: 2, "need --program")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("a program that the verifier refuses: cause, source line, the whole log on request")
    func rejected() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                SEC("xdp") int careless(struct xdp_md *ctx)
                {
                    void *data = (void *)(long)ctx->data;
                    return *(int *)data;
                }
                SEC("tp_btf/sched_process_exec") int unlicensed(void *ctx)
                {
                    bpf_printk("x");
                    return 0;
                }
                """, to: "bad.bpf.c")
            let attach = ["attach", "near0", "--program", source, "--name", "careless"]
            let refused = try run([Netctl.path] + attach)
            #expect(refused.status == 1)
            #expect(refused.stderr.contains("rejected by the verifier"), "\(refused)")
            #expect(refused.stderr.contains("return *(int *)data;"), "\(refused)")
            #expect(refused.stderr.contains("--verifier-log shows all"), "\(refused)")
            let whole = try run([Netctl.path] + attach + ["--verifier-log"])
            #expect(whole.stderr.contains("processed "), "\(whole)")
            #expect(whole.stderr.utf8.count > refused.stderr.utf8.count)
            try expectRefusal(
                ["attach", "--program", source, "--name", "unlicensed"], status: 1,
                "SEC(\"license\") = \"GPL\"")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("maps without type information, arrays, and what is not there")
    func maps() async throws {
        try await withSandbox {
            let folder = try TemporaryDirectory()
            let pin = "/sys/fs/bpf/plain"
            try runChecked([
                "bpftool", "map", "create", pin, "type", "hash", "key", "4", "value", "8",
                "entries", "2", "name", "plain",
            ])
            try expectSuccess(["map", "set", pin, "7", "0x0102030405060708"])
            let dump = try expectSuccess(["map", "dump", pin, "-o", "json"])
            #expect(dump.stdout == #"[{"key":"0x07000000","value":"0x0102030405060708"}]"# + "\n")
            try expectSuccess(["map", "get", pin, "7"], "0x07000000: 0x0102030405060708")
            try expectRefusal(["map", "get", pin, "8"], status: 1, "there is no such element")
            try expectRefusal(["map", "set", pin, "{}", "1"], status: 1, "no type information")
            try expectRefusal(["map", "set", pin, "[1", "1"], status: 1, "begins like JSON")
            try expectSuccess(["map", "set", pin, "8", "1"])
            try expectRefusal(["map", "set", pin, "9", "1"], status: 1, "2 entries are taken")
            try expectSuccess(["map", "delete", pin, "7"])
            try expectRefusal(["map", "delete", pin, "7"], status: 1, "there is no such element")
            try expectRefusal(["map", "dump", "/sys/fs/bpf/nope"], status: 1, "no such pin")
            try expectRefusal(["map", "dump", "4294967294"], status: 1, "it is gone")
            try expectRefusal(["prog", "show", pin], status: 1, "the pin of a map")
            withExtendedLifetime(folder.path) {}
        }
    }
}
