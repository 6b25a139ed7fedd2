import BPF
import Foundation
import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// `--share`: the datapath beside programs of others, in a dispatcher of libxdp.
@Suite("Shared XDP", .requiresRoot)
struct ShareTests {
    /// What comes of sharing here.
    private enum Sharing {
        case works
        /// Programs replace no functions of others (freplace), which is how a dispatcher calls its programs.
        case lacksReplacement
        /// The kernel takes no program that makes tail calls into this libxdp's dispatcher.
        case isTooOld
    }

    /// The same, found by trying, once.
    private static let tried = Task { () -> Sharing in
        guard try FeatureProbe.supports(programType: .ext) else { return .lacksReplacement }
        return try await withSandbox {
            _ = try VethPair.create()
            return try netctl("attach", "near0", "--share").status == 4 ? .isTooOld : .works
        }
    }

    private static let works = ConditionTrait.enabled("a dispatcher takes no stub here") {
        try await tried.value == .works
    }

    /// Counts what it sees, and passes it.
    private static let source = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(max_entries, 1);
            __type(key, __u32);
            __type(value, __u64);
        } NAME_seen SEC(".maps");
        SEC("xdp") int NAME(struct xdp_md *ctx)
        {
            __u32 key = 0;
            __u64 *seen = bpf_map_lookup_elem(&NAME_seen, &key);
            if (seen)
                __sync_fetch_and_add(seen, 1);
            return XDP_PASS;
        }
        char LICENSE[] SEC("license") = "GPL";
        """

    /// Has another tool's program join what is on the near end, by libxdp.
    private static func join(
        _ name: String, priority: UInt32, _ pair: VethPair, in folder: borrowing TemporaryDirectory
    ) throws {
        let source = try folder.write(
            source.replacing("NAME", with: name), to: "\(name).bpf.c")
        let object = try ProgramFixture.compile(source, in: folder, to: "\(name).bpf.o")
        // libxdp makes it once in a process; each sandbox has a bpffs of its own.
        try? Directory.make("/sys/fs/bpf/xdp")
        _ = try OpenObject(path: FilePath(object)).joinDispatcher(
            program: name, interfaceIndex: Int32(pair.near.index), mode: .generic,
            priority: priority, isMultiBuffer: false, fileSystem: "/sys/fs/bpf")
    }

    private static func seen(_ name: String) throws -> Int {
        let dump = try expectSuccess(["map", "dump", "\(name)_seen", "-o", "json"])
        return try JSONValue(parsing: dump.stdout).elements?.first?["value"]?.integer ?? 0
    }

    private static func dropped() throws -> UInt64 {
        let stats: StatsDocument = try document("stats")
        return stats.attachments.first?.verdicts["drop"]?.packets ?? 0
    }

    private static func foreign() throws -> [String] {
        try StatusDocument.now().foreign.compactMap(\.name).sorted()
    }

    @Test(
        "joins, judges, is swapped and reverts among others that come and go, and leaves them alone",
        .requiresClang, works)
    func shared() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            try Self.join("early", priority: 10, pair, in: folder)
            try expectRefusal(
                ["attach", "near0"], status: 1,
                "a dispatcher of libxdp with 'early' is there (EBUSY); --share joins it")
            try expectRefusal(
                ["attach", "near0", "--share", "--mode", "xdpdrv"], status: 1,
                "the dispatcher there runs in xdpgeneric mode, not xdpdrv")
            let attach = ["attach", "near0", "--share", "--priority", "20"]
            try expectSuccess(attach, "attached near0 xdp (xdpgeneric, shared, priority 20)\n")
            try expectSuccess(attach, "already")
            try expectRefusal(
                ["attach", "near0", "--share"], status: 1,
                "attached shared with priority 20, not shared with priority 50")

            // Dropped by ours, seen by what runs before and by nothing behind.
            let file = try folder.write(policyText(dport: 9), to: "edge.yaml")
            try expectSuccess(["apply", file])
            try Self.join("late", priority: 30, pair, in: folder)
            var entry = try StatusDocument.now().entry("near0")
            #expect(entry.state == "active" && entry.link_id == nil && entry.chain.count == 3)
            #expect(entry.chain[1] == entry.program_id)
            #expect(try Self.foreign() == ["early", "late", "xdp_dispatcher"])
            let (early, late) = try (Self.seen("early"), Self.seen("late"))
            try pair.send(5, port: 9)
            #expect(try Self.dropped() == 5)
            #expect(try Self.seen("early") >= early + 5)
            let behind = try Self.seen("late") - late
            try pair.send(5, port: 10)
            #expect(try Self.dropped() == 5)
            #expect(try Self.seen("late") >= late + behind + 5)

            // Swapped, and back by itself, as anywhere.
            try expectSuccess(["apply", try folder.write(policyText(dport: 10), to: "other.yaml")])
            try pair.send(3, port: 10)
            #expect(try Self.dropped() == 8)
            try expectSuccess(["apply", file, "--confirm", "1s"], "reverts")
            try pair.send(2, port: 9)
            #expect(try Self.dropped() == 10)
            try await Task.sleep(for: .seconds(1.2))
            try pair.send(2, port: 9)
            #expect(try Self.dropped() == 10)
            try pair.send(4, port: 10)
            #expect(try Self.dropped() == 14)
            try expectSuccess(["status"], "priority 20")
            try expectSuccess(["block", "add", "10.77.0.2"])
            try pair.send(1, port: 11)
            #expect(try Self.dropped() == 15)

            try expectSuccess(["detach", "near0"], "detached near0 xdp")
            #expect(try Self.foreign() == ["early", "late", "xdp_dispatcher"])
            let alone = try Self.seen("late")
            try pair.send(6, port: 9)
            #expect(try Self.seen("late") >= alone + 6)
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))

            // As a policy asks for it; and with somebody's hand in between.
            let asked = try folder.write(
                policyText(attach: ["{ interface: near0, share: true, xdp: inbound }"], dport: 9),
                to: "shared.yaml")
            try expectSuccess(
                ["apply", asked], "attach near0 xdp (auto, shared, priority 50): filter inbound")
            entry = try StatusDocument.now().entry("near0")
            #expect(entry.chain.last == entry.program_id)
            let before = try Self.dropped()
            try pair.send(3, port: 9)
            #expect(try Self.dropped() == before + 3)
            try Dispatcher.remove(
                program: entry.program_id, interfaceIndex: Int32(pair.near.index),
                fileSystem: "/sys/fs/bpf")
            #expect(try StatusDocument.now().entry("near0").state == "gone")
            try expectSuccess(["status"], "the dispatcher has it no more")
            try expectSuccess(["apply", asked], "attach near0 xdp")
            #expect(try StatusDocument.now().entry("near0").state == "active")
            try expectSuccess(["detach", "--all"])
            #expect(try Self.foreign() == ["early", "late", "xdp_dispatcher"])
        }
    }

    @Test(
        "the first one makes the dispatcher, the last one takes it along", works,
        arguments: ["xdpgeneric", "xdpdrv"])
    func alone(mode: String) async throws {
        try await withSandbox {
            // Over one page the driver wants a dispatcher for several buffers.
            let pair = try VethPair.create(mtu: 9000)
            try expectSuccess(
                ["attach", "near0", "--share", "--mode", mode], "(\(mode), shared, priority 50)")
            let folder = try TemporaryDirectory()
            try expectSuccess(["apply", try folder.write(policyText(dport: 9), to: "edge.yaml")])
            try pair.send(5, port: 9)
            #expect(try Self.dropped() == 5)
            #expect(try Self.foreign() == [])
            try expectSuccess(["detach", "near0"])
            #expect(try !runChecked(["ip", "link", "show", "near0"]).contains("xdp"))
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test(
        "where the kernel replaces no functions of programs: exit 4, in words",
        .enabled("this kernel replaces functions of programs") {
            try await tried.value == .lacksReplacement
        })
    func unsupported() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            try expectRefusal(
                ["attach", "near0", "--share"], status: 4,
                "attach xdp: near0: this kernel lets no "
                    + "program take the place of another's function (freplace)",
                "; attach without --share")
            let folder = try TemporaryDirectory()
            let asked = try folder.write(
                policyText(attach: ["{ interface: near0, share: true, xdp: inbound }"]),
                to: "shared.yaml")
            try expectRefusal(["apply", asked], status: 4, "(freplace)")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    /// The ids of the programs that are there, of anybody.
    private static func programsOfOthers() throws -> [UInt32] {
        try StatusDocument.now().foreign.map(\.program_id).sorted()
    }

    @Test(
        "where the dispatcher is too old for the kernel: exit 4, in words, and the hook is as it was",
        .requiresClang,
        .enabled("no dispatcher is refused for its age here") {
            try await tried.value == .isTooOld
        })
    func tooOld() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            let asked = try folder.write(
                policyText(attach: ["{ interface: near0, share: true, xdp: inbound }"]),
                to: "shared.yaml")
            let words =
                "attach xdp: near0: the dispatcher of this libxdp is too old for the kernel (EINVAL); "
                + "install a libxdp1 of June 2025 or newer, or attach without --share"
            for mode in ["auto", "xdpdrv", "xdpgeneric"] {
                try expectRefusal(
                    ["attach", "near0", "--share", "--mode", mode], status: 4, words)
            }
            try expectRefusal(["apply", asked], status: 4, words)
            #expect(try !runChecked(["ip", "link", "show", "near0"]).contains("xdp"))

            try Self.join("early", priority: 10, pair, in: folder)
            let before = try Self.programsOfOthers()
            try expectRefusal(["attach", "near0", "--share"], status: 4, words)
            try expectRefusal(["apply", asked], status: 4, words)
            #expect(try Self.programsOfOthers() == before && before.count == 2)
            let seen = try Self.seen("early")
            try pair.send(5, port: 9)
            #expect(try Self.seen("early") >= seen + 5)
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test(
        "without libxdp's dispatcher: exit 4, in words",
        .enabled("this kernel replaces no functions of programs (freplace)") {
            try await tried.value != .lacksReplacement
        })
    func noDispatcher() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let empty = try TemporaryDirectory()
            let refused = try netctl(
                "attach", "near0", "--share", environment: ["LIBXDP_OBJECT_PATH": empty.path])
            #expect(refused.status == 4, "\(refused)")
            #expect(
                refused.stderr.contains(
                    "attach xdp: near0: libxdp does not find its dispatcher (ENOENT); install libxdp1"
                ), "\(refused)")
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test(
        "killed between joining and the last pin, or on the way out: the next command ends it",
        .requiresClang, works,
        .enabled(if: Netctl.hasFailpoints, "a release build has no failpoints"),
        arguments: ["write-attachment", "pin-filter", "settle-filter", "let-go", "remove-pins"])
    func killed(at failpoint: String) async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let folder = try TemporaryDirectory()
            try Self.join("early", priority: 10, pair, in: folder)
            let attach = ["attach", "near0", "--share", "--priority", "20"]
            let isLeaving = ["let-go", "remove-pins"].contains(failpoint)
            // What is pinned and in the dispatcher is an attachment, whatever is left to do.
            let isWhole = failpoint == "settle-filter"
            let ends = [
                (attach, isWhole ? "already attached" : "attached near0"),
                (["detach", "near0"], isWhole ? "detached near0" : "nothing is attached"),
                (["detach", "--all"], isWhole ? "detached near0" : ""),
            ]
            for (next, words) in ends {
                if isLeaving { try expectSuccess(attach) }
                let killed = try run(
                    [Netctl.besideTests] + (isLeaving ? ["detach", "near0"] : attach),
                    environment: ["NETCTL_FAILPOINT": failpoint])
                #expect(killed.status == 128 + 9, "\(killed)")
                let ended = try expectSuccess(next)
                #expect(ended.stdout.hasPrefix(words), "\(next): \(ended)")
                #expect(ended.stderr.contains("cut short left of") != isWhole, "\(next): \(ended)")
                if next == attach {
                    #expect(try StatusDocument.now().entry("near0").state == "active")
                    #expect(try Self.foreign() == ["early", "xdp_dispatcher"])
                    try expectSuccess(["detach", "near0"], "detached near0")
                }
                #expect(try Self.foreign() == ["early", "xdp_dispatcher"])
                #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
            }
        }
    }

    @Test("what shares with nobody, and what cannot be shared, is refused", .requiresClang)
    func refused() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let folder = try TemporaryDirectory()
            let source = try folder.write(
                Self.source.replacing("NAME", with: "foreign"), to: "foreign.bpf.c")
            let object = try ProgramFixture.compile(source, in: folder, to: "foreign.bpf.o")
            try runChecked(["bpftool", "prog", "load", object, "/sys/fs/bpf/foreign"])
            try runChecked([
                "bpftool", "net", "attach", "xdpgeneric", "pinned", "/sys/fs/bpf/foreign", "dev",
                "near0",
            ])
            try expectRefusal(
                ["attach", "near0", "--share"], status: 1, "'foreign' of somebody else is there")
            for (more, words) in [
                (["near0", "--priority", "3"], "--priority needs --share"),
                (["near0", "--share", "--priority", "70000"], "from 0 to 65535"),
                (["near0", "--share", "--hook", "tc-ingress"], "for the xdp hook"),
                (["--cgroup", "/", "--hook", "egress", "--share"], "for the xdp hook"),
                (["near0", "--share", "--program", "x.o"], "--share is for the datapath"),
            ] {
                try expectRefusal(["attach"] + more, status: 2, words)
            }
        }
    }
}
