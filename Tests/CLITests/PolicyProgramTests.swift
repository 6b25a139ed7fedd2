import LinuxSystem
import TestSupport
import Testing

/// `program:` in a policy's `attach:`: users' programs come, go and are replaced with its filters.
@Suite("Programs in policies", .requiresRoot, .requiresClang)
struct PolicyProgramTests {
    private static let source = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(max_entries, 1);
            __type(key, __u32);
            __type(value, __u64);
        } policy_counts SEC(".maps");
        const volatile int verdict = XDP_PASS;
        const volatile __u64 step = 1;
        static void count(void)
        {
            __u32 key = 0;
            __u64 *value = bpf_map_lookup_elem(&policy_counts, &key);
            if (value)
                __sync_fetch_and_add(value, step);
        }
        SEC("xdp") int on_frame(struct xdp_md *ctx)
        {
            count();
            return verdict;
        }
        SEC("tc") int on_skb(struct __sk_buff *skb)
        {
            count();
            return -1;
        }
        SEC("cgroup/connect4") int on_connect(struct bpf_sock_addr *ctx)
        {
            return 1;
        }
        SEC("raw_tp/sched_process_exec") int on_exec(void *ctx)
        {
            return 0;
        }
        char LICENSE[] SEC("license") = "GPL";
        """

    private static let rejected = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        SEC("tc") int careless(struct __sk_buff *skb)
        {
            return *(int *)(long)skb->data;
        }
        """

    /// A folder with the programs and a policy.
    private struct Place: ~Copyable {
        let folder: TemporaryDirectory

        init() throws {
            let folder = try TemporaryDirectory()
            try folder.write(PolicyProgramTests.source, to: "user.bpf.c")
            try folder.write(PolicyProgramTests.rejected, to: "rejected.bpf.c")
            try expectSuccess(["compile", folder.appending("user.bpf.c")])
            self.folder = folder
        }

        /// Writes the policy with these entries of `attach:`.
        func policy(_ entries: String..., port: Int = 443) throws -> String {
            try policy(entries, port: port)
        }

        func policy(_ entries: [String], port: Int = 443) throws -> String {
            try folder.write(policyText(attach: entries, dport: port), to: "edge.yaml")
        }
    }

    private static func steps(_ arguments: [String]) throws -> [String] {
        let result = try run([Netctl.path] + arguments + ["-o", "json"], limit: .seconds(60))
        #expect([0, 10].contains(result.status), "\(result)")
        let steps = try JSONValue(parsing: result.stdout)["steps"]?.elements ?? []
        return steps.compactMap(\.text)
    }

    private static func programs() throws -> [JSONValue] {
        let status = try expectSuccess(["status", "-o", "json"])
        return try JSONValue(parsing: status.stdout)["programs"]?.elements ?? []
    }

    @Test(
        "planned, attached with the filters, left alone, replaced in place, detached, rolled back")
    func life() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let place = try Place()
            let frame = "{ interface: near0, mode: xdpgeneric, program: user.bpf.o, name: on_frame"
            let filter = "{ interface: near0, tc-ingress: inbound }"
            var file = try place.policy(frame + ", pin-maps: true }", filter)
            let plan = try Self.steps(["diff", file])
            #expect(plan == (try Self.steps(["apply", file, "--dry-run"])))
            #expect(try Self.programs().isEmpty)
            #expect(try Self.steps(["apply", file]) == plan)
            #expect(
                plan.first?.hasPrefix("attach near0 tc-ingress") == true
                    && plan.last?.hasPrefix("attach near0 xdp (xdpgeneric): program on_frame of")
                        == true,
                "\(plan)")
            let first = try #require(try Self.programs().first)
            #expect(first["policy"]?.text == "edge" && first["hook"]?.text == "xdp")
            #expect(try Self.steps(["apply", file]).isEmpty)
            #expect(try netctl("diff", file).status == 0)
            let map =
                "/sys/fs/bpf/netctl/program-xdp-"
                + "\(try NetworkNamespace.current.inode)-\(pair.near.index)/map-policy_counts"
            // What three datagrams add; the kernel's own packets may come between.
            func counted() throws -> Int {
                func count() throws -> Int {
                    let dump = try expectSuccess(["map", "dump", map, "-o", "json"])
                    return try JSONValue(parsing: dump.stdout).elements?.first?["value"]?.integer
                        ?? 0
                }
                let before = try count()
                try pair.send(3, port: 9)
                return try count() - before
            }
            #expect((3..<30).contains(try counted()))

            // Another filter leaves the program alone; another value replaces it in place.
            file = try place.policy(frame + ", pin-maps: true }", filter, port: 80)
            #expect(try Self.steps(["apply", file]).allSatisfy { $0.contains("tc-ingress") })
            #expect(try Self.programs().first?["program_id"] == first["program_id"])
            file = try place.policy(
                frame + ", pin-maps: true, set: { step: 10 } }", filter, port: 80)
            let replaced = try Self.steps(["apply", file])
            #expect(
                replaced.last?.hasPrefix("replace near0 xdp: program on_frame of") == true,
                "\(replaced)")
            let second = try #require(try Self.programs().first)
            #expect(second["link_id"] == first["link_id"])
            #expect(second["program_id"] != first["program_id"])
            #expect(try counted() >= 30)

            try expectSuccess(["rollback"], "put back near0 xdp: program on_frame")
            #expect(try Self.programs().first?["program_id"] == first["program_id"])
            try expectSuccess(["rollback"], "put back near0 xdp: program on_frame")
            #expect(try Self.programs().first?["program_id"] == second["program_id"])

            file = try place.policy(filter, port: 80)
            #expect(
                try Self.steps(["apply", file])
                    .contains("detach near0 xdp program on_frame: no longer listed"))
            #expect(try Self.programs().isEmpty)
            try expectSuccess(["rollback"], "attach near0 xdp: program on_frame")
            #expect(try Self.programs().first?["program_id"] == second["program_id"])
            #expect(try counted() >= 30)
            try expectSuccess(["detach", "--all"])
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("on TC, by link and by filter, on a cgroup, on the kernel, by a pattern")
    func places() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let place = try Place()
            try withCgroup { cgroup in
                let filter = "{ interface: near0, tc-ingress: inbound }"
                for mode in ["auto", "clsact"] {
                    // All kinds of places once; the other way to hold TC programs by itself.
                    let isFirst = mode == "auto"
                    let others =
                        isFirst
                        ? [
                            "{ cgroup: \(cgroup.path), program: user.bpf.o, name: on_connect }",
                            "{ interface: gone0, optional: true, program: user.bpf.o, "
                                + "name: on_frame }",
                            "{ program: user.bpf.c, name: on_exec }",
                        ] : []
                    let file = try place.policy(
                        [
                            filter,
                            "{ interface: \"near*\", tc: \(mode), program: user.bpf.o, "
                                + "name: on_skb, hook: tc-egress }",
                        ] + others)
                    let hooks =
                        isFirst
                        ? ["tc-egress", "cgroup/connect4", "raw_tp/sched_process_exec"]
                        : ["tc-egress"]
                    #expect(try Self.steps(["apply", file]).count == hooks.count + 1)
                    #expect(try Self.steps(["apply", file]).isEmpty)
                    #expect(Set(try Self.programs().compactMap { $0["hook"]?.text }) == Set(hooks))
                    // Each replaced in place, the filter left alone; and back.
                    try place.folder.write(
                        Self.source.replacing("step = 1", with: "step = \(isFirst ? 2 : 3)"),
                        to: "user.bpf.c")
                    try expectSuccess(["compile", place.folder.appending("user.bpf.c")])
                    #expect(try Self.steps(["apply", file]).count == hooks.count)
                    #expect(try Self.programs().count == hooks.count)
                    try expectSuccess(
                        ["rollback"], "put back \(isFirst ? "the kernel" : "near0 tc-egress")")
                    #expect(
                        try Self.steps(["apply", try place.policy([filter])]).count == hooks.count
                            + 1)
                    #expect(try Self.programs().isEmpty)
                    let again = try expectSuccess(["rollback"])
                    #expect(again.stdout.split(separator: "\n").count >= hooks.count, "\(again)")
                    #expect(try Self.programs().count == hooks.count)
                    try expectSuccess(["detach", "--all"])
                    #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
                }
            }
        }
    }

    @Test("where the driver has no native mode, auto is generic, and it is said why")
    func generic() async throws {
        try await withSandbox {
            try runChecked(["ip", "link", "add", "bridge0", "up", "type", "bridge"])
            let place = try Place()
            let bridge = "{ interface: bridge0, program: user.bpf.o, name: on_frame }"
            let applied = try expectSuccess(["apply", try place.policy(bridge)])
            #expect(
                applied.stderr.contains("bridge0: ")
                    && applied.stderr.contains("(EOPNOTSUPP); generic mode is in force"),
                "\(applied)")
            #expect(try Self.programs().first?["mode"]?.text == "xdpgeneric")
        }
    }

    @Test("all or nothing: whatever is refused leaves filters and programs as they were")
    func refused() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let place = try Place()
            let frame = "{ interface: near0, mode: xdpgeneric, program: user.bpf.o, name: on_frame"
            let filter = "{ interface: near0, tc-ingress: inbound }"
            try expectSuccess(["apply", try place.policy(frame + " }", filter)])
            let careless = "{ interface: near0, hook: tc-egress, program: rejected.bpf.c }"
            let step = frame + ", set: { step: 2 } }"
            try expectRefusal(
                ["apply", try place.policy(step, filter, careless, port: 80)], status: 1,
                "rejected by the verifier")
            try expectRefusal(
                ["apply", try place.policy(step, "{ interface: near0, xdp: inbound }", port: 80)],
                status: 3, "has room for one program")
            try expectRefusal(
                ["apply", try place.policy(frame + ", set: { nope: 2 } }", filter)], status: 1,
                "no such global")
            try expectRefusal(
                ["apply", try place.policy(frame + "s }", filter)], status: 3, "edge.yaml:10:",
                "no program 'on_frames'")
            try expectRefusal(
                ["apply", try place.policy("{ cgroup: /, program: user.bpf.o, name: on_frame }")],
                status: 3, "it is for the xdp hook of an interface")
            try expectRefusal(
                ["apply", try place.policy("{ interface: near0, program: gone.bpf.o }")], status: 3,
                "edge.yaml:10:", "cannot read program 'gone.bpf.o'", "ENOENT")
            try expectRefusal(
                ["apply", try place.policy(step, filter), "--confirm", "10s"], status: 1,
                "cannot revert by itself")
            let other = try place.folder.write(
                policyText(
                    name: "other",
                    attach: ["{ interface: near0, program: user.bpf.o, name: on_frame }"]),
                to: "other.yaml")
            try expectRefusal(["apply", other], status: 1, "policy 'edge' holds xdp there")
            try expectSuccess(["apply", other, "--take-over"], "replace near0 xdp")
            #expect(try Self.programs().first?["policy"]?.text == "other")
        }
    }
}
