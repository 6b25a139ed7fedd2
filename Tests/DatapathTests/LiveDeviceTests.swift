import Glibc
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// Device lists, asked by processes that open and make device nodes.
@Suite("Live devices", .requiresRoot)
struct LiveDeviceTests {
    private static func text(
        _ cgroup: TestCgroup, default verdict: String, _ rules: String...
    ) -> String {
        """
        version: 1
        name: edge
        devices:
          list:
            default: \(verdict)
            rules:
        \(rules.map { "      - \($0)\n" }.joined())
        attach:
          - { cgroup: \(cgroup.path), device: list }
        """
    }

    private static func statistics(_ cgroup: TestCgroup) throws -> Statistics {
        let point = try AttachTarget(cgroup: cgroup.path, hook: .cgroupDevice).point
        let found = try Observation.now().attachments.first { $0.point == point }
        return try Statistics(reading: #require(found))
    }

    /// Whether a process of the cgroup can do it; the reason, if not, is EPERM.
    private static func can(_ cgroup: TestCgroup, _ command: String...) throws -> Bool {
        let result = try cgroup.run(command)
        guard result.status != 0 else { return true }
        #expect(result.stderr.contains("Operation not permitted"), "\(command): \(result)")
        return false
    }

    private static func opens(
        _ cgroup: TestCgroup, _ device: String, _ redirection: String = "<"
    ) throws -> Bool {
        try can(cgroup, "sh", "-c", "true \(redirection)/dev/\(device)")
    }

    @Test("open and mknod: allowed and denied by rule, wildcards and access bits, each counted")
    func requests() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let child = try cgroup.child("child")
                let directory = try TemporaryDirectory()
                // On an overlay the kernel asks twice for a node: there, and where it is kept.
                let nodes = directory.appending("nodes")
                try runChecked(["mkdir", nodes])
                try runChecked(["mount", "-t", "tmpfs", "nodes", nodes])
                defer { _ = try? run(["umount", nodes]) }
                try apply(
                    Self.text(
                        cgroup, default: "deny",
                        "{ name: no-writes, deny: \"c 1:5 w\" }",
                        "{ name: null, allow: \"c 1:3 rwm\" }",
                        "{ name: memory, allow: \"c 1:* r\" }",
                        "{ name: loops, allow: \"b 7:* m\" }"))
                // null: everything.
                #expect(try Self.opens(cgroup, "null", "<"))
                #expect(try Self.opens(cgroup, "null", ">"))
                #expect(try Self.opens(child, "null", "<>"))
                let node = "\(nodes)/node"
                #expect(try Self.can(cgroup, "mknod", node, "c", "1", "3"))
                // zero: reading by the wildcard, writing is denied.
                #expect(try Self.opens(cgroup, "zero", "<"))
                #expect(try !Self.opens(cgroup, "zero", ">"))
                #expect(try !Self.opens(child, "zero", "<>"))
                // full: reading by the wildcard; more than it holds is not allowed.
                #expect(try Self.opens(cgroup, "full", "<"))
                #expect(try !Self.opens(cgroup, "full", "<>"))
                #expect(try !Self.can(cgroup, "mknod", node + "-full", "c", "1", "7"))
                // Block devices are others, and may be made but not opened.
                #expect(try Self.can(cgroup, "mknod", node + "-loop", "b", "7", "250"))
                #expect(try !Self.can(cgroup, "sh", "-c", "true <'\(node)-loop'"))
                #expect(try !Self.can(cgroup, "mknod", node + "-other", "b", "8", "250"))
                // A process elsewhere is not concerned.
                #expect(try run(["sh", "-c", "true <>/dev/full"]).status == 0)

                let statistics = try Self.statistics(cgroup)
                func packets(_ rule: String) -> UInt64 { statistics.count(rule: rule).packets }
                #expect(packets("null") == 4)
                #expect(packets("no-writes") == 2)
                #expect(packets("memory") == 2)
                #expect(packets("loops") == 1)
                #expect(statistics.count(.default).packets == 4)
                #expect(statistics.packets(.pass) == 7)
                #expect(statistics.packets(.drop) == 6)
                #expect(statistics.explained == statistics.seen)
                #expect(statistics.seen.bytes == 0)
            }
        }
    }

    @Test("parent and child both attached: both must allow") func bothApply() async throws {
        try await withSandbox {
            try withCgroup { parent in
                let child = try parent.child("child")
                try apply(
                    Self.text(parent, default: "allow", "{ name: no, deny: \"c 1:7 rwm\" }")
                        .replacing("edge", with: "above"))
                try apply(
                    Self.text(child, default: "allow", "{ name: no, deny: \"c 1:5 rwm\" }")
                        .replacing("edge", with: "below"))
                #expect(try Self.opens(parent, "zero") && !Self.opens(parent, "full"))
                #expect(try !Self.opens(child, "zero") && !Self.opens(child, "full"))
                #expect(try Self.opens(child, "null"))
                #expect(try Self.statistics(child).packets(.drop) == 1)
                #expect(try Self.statistics(parent).packets(.drop) == 2)
            }
        }
    }

    @Test("a pause allows and counts, a list that only reports too") func pause() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let text = Self.text(
                    cgroup, default: "allow", "{ name: no, deny: \"c 1:7 rwm\" }")
                try apply(text)
                let point = try AttachTarget(cgroup: cgroup.path, hook: .cgroupDevice).point
                #expect(try !Self.opens(cgroup, "full"))
                try Reconciler().pause([point], for: nil)
                #expect(try Self.opens(cgroup, "full"))
                #expect(try Self.statistics(cgroup).count(.paused).packets == 1)
                try Reconciler().resume([point])
                #expect(try !Self.opens(cgroup, "full"))
                try apply(text.replacing("device: list", with: "device: list, monitor: true"))
                #expect(try Self.opens(cgroup, "full"))
                let statistics = try Self.statistics(cgroup)
                #expect(statistics.wouldDrop.packets == 1)
                #expect(statistics.packets(.drop) == 2)
                #expect(statistics.explained == statistics.seen)
            }
        }
    }

    @Test(
        "opens through 100 applies, or NETCTL_APPLIES: the canary's node never, the other always")
    func throughApplies() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let rules = [
                    "{ name: only-a, deny: \"c 1:1 m\" }",
                    "{ name: canary, deny: \"c 1:7 rwm\" }",
                    "{ name: service, allow: \"c 1:5 r\" }",
                ]
                let policies = [
                    Self.text(cgroup, default: "allow", rules[0], rules[1], rules[2]),
                    Self.text(cgroup, default: "deny", rules[2], rules[1]),
                ]
                try apply(policies[1])
                let directory = try TemporaryDirectory()
                let stop = directory.appending("stop")
                // Silent: what a shell says about a refusal goes to nobody.
                let script = """
                    exec 2>&-
                    rounds=0 canaries=0 services=0
                    while [ ! -e "$1" ]; do
                        true </dev/full && canaries=$((canaries + 1))
                        true </dev/zero && services=$((services + 1))
                        rounds=$((rounds + 1))
                        [ "$rounds" != 100 ] || echo running
                    done
                    echo "done $rounds $canaries $services"
                    """
                let command = cgroup.command(["sh", "-c", script, "sh", stop])
                var process = try BackgroundCommand(command)
                try process.waitForOutput("running", limit: .seconds(60))
                for round in 0..<manyApplies {
                    #expect(try apply(policies[round % 2]).count == 1)
                }
                try directory.write("", to: "stop")
                let said = try process.wait(limit: .seconds(60)).stdout
                let line = try #require(said.split(separator: "\n").last)
                let numbers = line.split(separator: " ").compactMap { Int($0) }
                try #require(numbers.count == 3, "\(said)")
                #expect(numbers[0] > 100)
                #expect(numbers[1] == 0)
                #expect(numbers[2] == numbers[0])

                let statistics = try Self.statistics(cgroup)
                #expect(statistics.count(rule: "canary").packets == UInt64(numbers[0]))
                #expect(statistics.count(rule: "service").packets == UInt64(numbers[0]))
                #expect(statistics.packets(.drop) == UInt64(numbers[0]))
                #expect(statistics.seen.packets == UInt64(2 * numbers[0]))
                #expect(statistics.explained == statistics.seen)
            }
        }
    }
}
