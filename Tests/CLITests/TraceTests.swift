import Foundation
import TestSupport
import Testing

/// After `detach --all` the machine is as before the first command.
@Suite("Traces", .requiresRoot)
struct TraceTests {
    /// What a person would look at, of what is the sandbox's own.
    private static func traces() throws -> [String] {
        try [
            ["ip", "link", "show"], ["tc", "qdisc", "show"],
            ["sh", "-c", "find /sys/fs/bpf | sort"], ["cat", "/proc/self/mountinfo"],
            ["bpftool", "net", "show"],
        ].map { try runChecked($0) }
    }

    /// Programs, maps and links behind the pins: `prog 17`. Other tests have some too, so that
    /// counting all would tell nothing.
    private static func pinned() throws -> Set<String> {
        let files = try runChecked(["find", "/sys/fs/bpf/netctl", "-type", "f"])
        var found: Set<String> = []
        for file in files.split(separator: "\n") {
            for kind in ["prog", "map", "link"] {
                let shown = try run(["bpftool", kind, "show", "pinned", String(file)])
                guard shown.status == 0, let id = shown.stdout.split(separator: ":").first else {
                    continue
                }
                found.insert("\(kind) \(id)")
            }
        }
        // The maps of a program are pinned nowhere.
        for program in found where program.hasPrefix("prog") {
            let shown = try runChecked(
                ["bpftool", "prog", "show", "id", String(program.dropFirst(5))])
            guard let list = shown.split(separator: "map_ids ").dropFirst().first else { continue }
            let ids = list.prefix { $0.isNumber || $0 == "," }.split(separator: ",")
            found.formUnion(ids.map { "map \($0)" })
        }
        return found
    }

    /// Those that the kernel still has; it frees them a moment after their last user has gone.
    private static func left(of objects: Set<String>) async throws -> [String] {
        var left: [String] = []
        for _ in 0..<50 {
            left = try objects.filter { object in
                let words = object.split(separator: " ").map(String.init)
                return try run(["bpftool", words[0], "show", "id", words[1]]).status == 0
            }
            if left.isEmpty { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        return left
    }

    @Test("attach, apply, replace, pause and detach --all leave nothing")
    func nothingLeft() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            defer { withExtendedLifetime(pair) {} }
            try addInterface("eth1")
            try addInterface("eth2")
            let directory = try TemporaryDirectory()
            let before = try Self.traces()

            try expectSuccess(["attach", "near0", "--mode", "xdpdrv"])
            try expectSuccess(["attach", "eth1"])
            let sets = "sets: { bad: { cidrs: [192.0.2.0/24] } }"
            for port in [443, 80] {
                let text = policyText(dport: port, top: sets)
                    .replacing("dport: \(port)", with: "src: \"@bad\", dport: \(port)")
                try expectSuccess(["apply", directory.write(text, to: "edge.yaml")])
            }
            let core = policyText(name: "core", attach: ["{ interface: eth2, xdp: inbound }"])
            try expectSuccess(["apply", directory.write(core, to: "core.yaml")])
            try expectSuccess(["pause", "eth1"])
            let objects = try Self.pinned()
            #expect(objects.filter { $0.hasPrefix("link") }.count == 3)
            // Stubs show only on hooks; bodies are pinned: three policies, a pause, and the two bodies
            // that were replaced, to which one can go back.
            #expect(objects.filter { $0.hasPrefix("prog") }.count == 6, "\(objects)")
            #expect(objects.filter { $0.hasPrefix("map") }.count > 10)
            #expect(try Self.traces() != before)

            try expectSuccess(
                ["detach", "--all"], "detached near0", "detached eth1", "detached eth2")
            #expect(try Self.traces() == before)
            #expect(try await Self.left(of: objects).isEmpty)
        }
    }

    @Test("detach of the last interface leaves nothing either; others stay until then")
    func lastOne() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try addInterface("eth2")
            let before = try Self.traces()
            try expectSuccess(["attach", "eth1"])
            let one = try Self.traces()
            try expectSuccess(["attach", "eth2"])
            try expectSuccess(["detach", "eth2"])
            #expect(try Self.traces() == one)
            try expectSuccess(["detach", "eth1"])
            #expect(try Self.traces() == before)
        }
    }

    @Test("what fails leaves nothing: no folder, no mount")
    func failures() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let before = try Self.traces()
            _ = try netctl("attach", "eth9")
            _ = try netctl("attach", "eth1", "--mode", "xdpdrv")
            _ = try netctl("attach", "eth1", "--mode", "xdpoffload")
            let directory = try TemporaryDirectory()
            let text = policyText(attach: [
                "{ interface: eth1, xdp: inbound }",
                "{ interface: lo, mode: xdpdrv, xdp: inbound }",
            ])
            // The second interface refuses after the first one was prepared.
            let result = try netctl("apply", directory.write(text, to: "edge.yaml"))
            #expect([1, 4].contains(result.status), "\(result)")
            #expect(result.stderr.contains("lo"))
            #expect(try Self.traces() == before)
        }
    }

    @Test("bpffs is mounted where it is missing, and unmounted behind the last attachment")
    func mounts() async throws {
        try await withSandbox {
            // A process table of its own: outside of it there is a bpffs that netctl would find.
            let script = """
                while grep -q ' /sys/fs/bpf ' /proc/self/mountinfo; do umount /sys/fs/bpf; done
                ip link add eth1 type bridge
                mounts() { grep -c ' /sys/fs/bpf ' /proc/self/mountinfo || true; }
                echo "before $(mounts)"
                "$1" attach eth1
                echo "attached $(mounts)"
                "$1" status
                "$1" detach eth1
                echo "after $(mounts)"
                "$1" attach eth9 2>/dev/null || true
                "$1" status >/dev/null
                echo "failed $(mounts)"
                mount -t bpf bpf /sys/fs/bpf
                "$1" attach eth1 >/dev/null
                "$1" detach --all >/dev/null
                echo "not ours $(mounts)"
                """
            let output = try runChecked([
                "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                "--propagation", "private", "sh", "-euc", script, "sh", Netctl.path,
            ])
            for line in ["before 0", "attached 1", "after 0", "failed 0", "not ours 1"] {
                #expect(output.contains(line + "\n"), "\(line): \(output)")
            }
            #expect(output.contains("attachment eth1 netns - hook xdp"), "\(output)")
        }
    }
}
