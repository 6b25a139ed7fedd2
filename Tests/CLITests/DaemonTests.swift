import Foundation
import LinuxSystem
import TestSupport
import Testing

/// `netctl daemon`: what it does when something changes, and what it leaves to others.
@Suite("Daemon", .requiresRoot)
struct DaemonTests {
    /// No test waits for a look that nothing has told of.
    private static let never = ["--interval", "1h"]

    /// A policy that drops one port on what `attach` lists.
    private static func text(_ attach: String..., dport: Int = 4001, sets: String = "") -> String {
        """
        version: 1
        name: edge
        \(sets)
        filters:
          both:
            default: pass
            rules:
              - { name: closed, match: { proto: udp, dport: \(dport) }, action: drop }
              \(sets.isEmpty ? "" : "- { name: bad, match: { src: \"@bad\" }, action: drop }")
        attach: [\(attach.joined(separator: ", "))]
        """
    }

    private static let near = "{ interface: near0, xdp: both, mode: xdpgeneric }"
    private static let pattern = #"{ interface: "near*", xdp: both }"#

    private static func digest() throws -> String? {
        try StatusDocument.now().attachments.first?.digest
    }

    // MARK: Files

    @Test("a policy or set file that is written anew is in force, and packets meet it")
    func files() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let directory = try TemporaryDirectory()
            let sets = "sets: { bad: { file: feeds/bad.txt } }"
            try Directory.make(directory.appending("feeds"))
            let feed = try directory.write("192.0.2.0/24\n", to: "feeds/bad.txt")
            let policy = try directory.write(Self.text(Self.near, sets: sets), to: "edge.yaml")
            let receivers = [
                try Receiver(pair, port: 4000), try Receiver(pair, port: 4001),
            ]
            func passes(_ count: Int, port: UInt16) throws -> Bool {
                try receivers[Int(port) - 4000].passes(count)
            }
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("attach near0 xdp (xdpgeneric): filter both")
            #expect(try passes(10, port: 4000) && passes(0, port: 4001))

            // Written elsewhere and renamed, as feeds ought to be.
            let first = try Self.digest()
            let new = try directory.write("\(pair.far.ipv4)\n", to: "feeds/new")
            try Directory.rename(new, to: feed)
            try await eventually("set file") { try Self.digest() != first }
            #expect(try passes(0, port: 4000) && passes(0, port: 4001))

            // Written in its place.
            let second = try Self.digest()
            try directory.write(Self.text(Self.near, dport: 4000), to: "edge.yaml")
            try await eventually("policy") { try Self.digest() != second }
            #expect(try passes(0, port: 4000) && passes(10, port: 4001))
            try daemon.end()
        }
    }

    /// Who gets what is sent to a port of the near end.
    private final class Receiver: Sendable {
        private let pair: VethPair
        private let port: UInt16
        private let socket: UDPSocket

        init(_ pair: VethPair, port: UInt16) throws {
            self.pair = pair
            self.port = port
            socket = try UDPSocket(bound: pair.near.ipv4, port: port)
        }

        /// Whether so many of ten datagrams arrive.
        func passes(_ count: Int) throws -> Bool {
            try pair.send(10, port: port)
            return socket.receive(exactly: count) == count
        }
    }

    @Test("a folder: files that come and go, and a link that leads elsewhere")
    func folder() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let root = directory.path
            for name in ["old", "new", "policies"] { try Directory.make("\(root)/\(name)") }
            try directory.write(Self.text(Self.near), to: "old/edge.yaml")
            try directory.write(Self.text(Self.near, dport: 4002), to: "new/edge.yaml")
            try runChecked(["ln", "-s", "../old/edge.yaml", "\(root)/policies/edge.yaml"])
            let daemon = try RunningDaemon(["\(root)/policies"] + Self.never)
            try await eventually("start") { try Self.digest() != nil }
            var last = try Self.digest()
            func expectNews(_ change: () async throws -> Void) async throws {
                try await change()
                try await eventually("news") { try Self.digest() != last }
                last = try Self.digest()
            }
            try await expectNews {
                try runChecked(["ln", "-sfn", "../new/edge.yaml", "\(root)/policies/edge.yaml"])
            }
            // A link further up.
            try await expectNews {
                try directory.write(Self.text(Self.near, dport: 4004), to: "old/edge.yaml")
                try runChecked(["ln", "-sfn", "../up/edge.yaml", "\(root)/policies/edge.yaml"])
                try runChecked(["ln", "-s", "new", "\(root)/up"])
                try await eventually("the way to new") { try Self.digest() == last }
                try runChecked(["ln", "-sfn", "old", "\(root)/up"])
            }
            try await expectNews {
                try runChecked(["ln", "-sfn", "../new/edge.yaml", "\(root)/policies/edge.yaml"])
            }
            // What the link leads to.
            try await expectNews {
                try directory.write(Self.text(Self.near, dport: 4003), to: "new/edge.yaml")
            }
            try await expectNews {
                try directory.write(
                    "version: 1\ndevices: { none: { default: deny, rules: [] } }\n",
                    to: "policies/devices.yaml")
            }
            try await expectNews { try Directory.unlink("\(root)/policies/devices.yaml") }
            try daemon.end()
        }
    }

    @Test(
        "files with errors, or none, change nothing; what they said is kept, for new interfaces, too"
    )
    func badFiles() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.pattern), to: "edge.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("attach near0 xdp")
            let first = try Self.digest()
            try directory.write(
                Self.text(Self.pattern).replacing("proto:", with: "protcol:"), to: "edge.yaml")
            try daemon.expect("did you mean 'proto'?")
            try daemon.expect("netctl: policy 'edge' \(first?.prefix(8) ?? "") is kept")
            try addInterface("near1")
            try daemon.expect("attach near1 xdp")
            #expect(try Set(StatusDocument.now().attachments.map(\.digest)) == [first])

            try Directory.unlink(policy)
            try daemon.expect("read policy: \(policy): no such file or directory (ENOENT)")
            // What nobody writes to is not waited for.
            try runChecked(["mkfifo", policy])
            try daemon.expect("it is a FIFO, and a policy file is a regular file")
            try Directory.unlink(policy)
            try addInterface("near2")
            try daemon.expect("attach near2 xdp")
            try directory.write(Self.text(Self.pattern), to: "edge.yaml")
            try daemon.expect(": in force")
            let said = try daemon.end()
            #expect(said.components(separatedBy: "did you mean").count == 2, "\(said)")
        }
    }

    // MARK: Places

    @Test("interfaces that come, are renamed and go")
    func interfaces() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.pattern), to: "edge.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("warning: no interface matches 'near*'")
            try addInterface("near0")
            try daemon.expect("attach near0 xdp")
            try addInterface("other0")
            try runChecked(["ip", "link", "set", "other0", "down"])
            try runChecked(["ip", "link", "set", "other0", "name", "near1"])
            try daemon.expect("attach near1 xdp")
            try runChecked(["ip", "link", "delete", "near0"])
            try daemon.expect("detach near0 xdp: no longer listed")
            try await eventually("one left") {
                try StatusDocument.now().attachments.map(\.interface) == ["near1"]
            }
            #expect(try StatusDocument.now().problems.isEmpty)
            try daemon.end()
        }
    }

    @Test("an interface in a network namespace, both made later")
    func namespaces() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let policy = try directory.write(
                Self.text("{ interface: near0, netns: blue, optional: true, tc-ingress: both }"),
                to: "edge.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("no network namespace 'blue'")
            for _ in 0..<2 {
                try runChecked(["ip", "netns", "add", "blue"])
                try addInterface("near0", netns: "blue")
                try await eventually("attached") {
                    try StatusDocument.working() == ["near0 tc-ingress"]
                }
                // The interface goes with its namespace, a moment later; another one has its name.
                try runChecked(["ip", "netns", "delete", "blue"])
                try await eventually("gone") { try StatusDocument.now().attachments.isEmpty }
            }
            try daemon.end()
        }
    }

    @Test("a cgroup that is removed and made again, as a service's is")
    func cgroups() async throws {
        try await withSandbox {
            try await withCgroup { parent in
                let child = try parent.child("child")
                let directory = try TemporaryDirectory()
                let policy = try directory.write(
                    Self.text("{ cgroup: \(child.path), optional: true, egress: both }"),
                    to: "edge.yaml")
                let daemon = try RunningDaemon([policy] + Self.never)
                for _ in 0..<2 {
                    try await eventually("attached") {
                        try StatusDocument.working() == ["\(child.path) cgroup-egress"]
                    }
                    try Directory.remove(child.directory)
                    try await eventually("gone") { try StatusDocument.now().attachments.isEmpty }
                    try Directory.make(child.directory)
                }
                try await eventually("attached") { try !StatusDocument.working().isEmpty }
                try daemon.end()
            }
        }
    }

    @Test("an interface that has to be there is waited for")
    func missing() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.near), to: "edge.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("no interface 'near0' (ENODEV); it is waited for")
            try addInterface("near0")
            try daemon.expect("attach near0 xdp")
            let said = try daemon.end()
            #expect(said.components(separatedBy: "ENODEV").count == 2, "\(said)")
        }
    }

    @Test("without attach: it waits for what people attach")
    func adoption() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(policyText(), to: "edge.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("nothing is attached")
            try expectSuccess(["attach", "near0"])
            try daemon.expect("apply to near0 xdp: filter inbound")
            try daemon.end()
        }
    }

    @Test("a namespace's name that is a file first, and mounted then")
    func slowNamespace() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let directory = try TemporaryDirectory()
            let policy = try directory.write(
                Self.text(#"{ interface: "far*", netns: blue, optional: true, xdp: both }"#),
                to: "edge.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("no network namespace 'blue' in /run/netns")
            let name = "\(NetworkNamespace.directory)/blue"
            try runChecked(["touch", name])
            try daemon.expect("\(name) is not a network namespace")
            try runChecked(["mount", "--bind", "/proc/\(pair.farThreadID)/ns/net", name])
            try daemon.expect("attach far0 in netns blue xdp")
            try daemon.end()
        }
    }

    @Test("one interface that somebody else's program has does not keep others without a policy")
    func oneByOne() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.pattern), to: "edge.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("no interface matches")
            let pair = try VethPair.create(near: "other0")
            let program = try XDPProgram.load(name: "one_by_one")
            try runChecked(["bpftool", "prog", "pin", "name", "one_by_one", "/sys/fs/bpf/pass"])
            try runChecked([
                "ip", "link", "set", "other0", "xdpgeneric", "pinned", "/sys/fs/bpf/pass",
            ])
            try runChecked(["ip", "link", "set", "other0", "down"])
            try runChecked(["ip", "link", "set", "other0", "name", "near0"])
            try daemon.expect("near0: ")
            try daemon.expect("(EBUSY)")
            try addInterface("near1")
            try daemon.expect("attach near1 xdp")
            try runChecked(["ip", "link", "set", "near0", "xdpgeneric", "off"])
            try daemon.expect("attach near0 xdp")
            try await eventually("both") {
                try StatusDocument.working() == ["near0 xdp", "near1 xdp"]
            }
            let said = try daemon.end()
            #expect(said.components(separatedBy: "(EBUSY)").count == 2, "\(said)")
            withExtendedLifetime(pair) {}
            _ = program
        }
    }

    @Test("where one place cannot be had, other commands go first in the others all the same")
    func partly() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.pattern), to: "edge.yaml")
            let other = try directory.write(
                Self.text(Self.pattern, dport: 4009), to: "other.yaml")
            // A hook of the policy that another one holds.
            let held = try directory.write(
                Self.text("{ interface: near1, xdp: both }")
                    .replacing("name: edge", with: "name: other"), to: "held.yaml")
            try addInterface("near1")
            try expectSuccess(["apply", held])
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("policy 'other' holds xdp there")
            try daemon.expect("attach near0 xdp")
            try expectSuccess(["apply", other, "--interface", "near0"])
            let applied = try StatusDocument.now().entry("near0").digest
            // A look, and what it may not do.
            try addInterface("near2")
            try await Task.sleep(for: .seconds(3))
            #expect(try StatusDocument.now().entry("near0").digest == applied)
            try daemon.end()
        }
    }

    @Test("a cgroup that excludes other programs is an error, told once")
    func excluded() async throws {
        try await withSandbox {
            try await withCgroup { cgroup in
                let program = try CgroupProgram.load(droppingLength: 33, name: "exclusive")
                try CgroupProgram.attach(program, to: cgroup, isEgress: true, isExclusive: true)
                let directory = try TemporaryDirectory()
                let policy = try directory.write(
                    Self.text("{ cgroup: \(cgroup.path), egress: both }"), to: "edge.yaml")
                var daemon = try RunningDaemon([policy] + Self.never)
                try daemon.expect("allows no other beside it (EPERM)")
                try await Task.sleep(for: .seconds(2))
                let said = try daemon.end()
                #expect(said.components(separatedBy: "(EPERM)").count == 2, "\(said)")
            }
        }
    }

    // MARK: Drift

    @Test("what somebody has detached is attached again")
    func detached() async throws {
        try await withSandbox {
            _ = try VethPair.create()
            let directory = try TemporaryDirectory()
            let policy = try directory.write(
                Self.text(
                    Self.near, "{ interface: near0, tc-ingress: both, tc: clsact }"),
                to: "edge.yaml")
            let daemon = try RunningDaemon([policy, "--interval", "1s"])
            let all: Set = ["near0 xdp", "near0 tc-ingress"]
            try await eventually("attached") { try StatusDocument.working() == all }
            try expectSuccess(["detach", "near0"])
            try await eventually("detached by netctl") { try StatusDocument.working() == all }
            try runChecked(["tc", "qdisc", "delete", "dev", "near0", "clsact"])
            try await eventually("qdisc deleted") { try StatusDocument.working() == all }
            let link = try #require(try StatusDocument.now().entry("near0").link_id)
            try runChecked(["bpftool", "link", "detach", "id", "\(link)"])
            // Nothing tells of that; it is seen at the next look.
            try await eventually("link detached") { try StatusDocument.working() == all }
            #expect(try StatusDocument.now().problems.isEmpty)
            try daemon.end()
        }
    }

    // MARK: Others

    @Test("a rollback stands, also when set files change, until the policy's text does")
    func rollback() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let sets = "sets: { bad: { file: bad.txt } }"
            try directory.write("192.0.2.0/24\n", to: "bad.txt")
            func write(_ dport: Int) throws -> String {
                try directory.write(Self.text(Self.near, dport: dport, sets: sets), to: "edge.yaml")
            }
            let policy = try write(4001)
            var daemon = try RunningDaemon([policy] + Self.never)
            try await eventually("start") { try Self.digest() != nil }
            let first = try Self.digest()
            _ = try write(4002)
            try await eventually("second") { try Self.digest() != first }
            try expectSuccess(["rollback"])
            try daemon.expect("policy 'edge' \(first?.prefix(8) ?? "") in force, which stays")
            try directory.write("198.51.100.0/24\n", to: "bad.txt")
            try await Task.sleep(for: .seconds(2))
            #expect(try Self.digest() == first)

            _ = try write(4003)
            try await eventually("third") { try Self.digest() != first }
            // A signal overrules it, too.
            try expectSuccess(["rollback"])
            let rolledBack = try Self.digest()
            daemon.reload()
            try await eventually("reload") { try Self.digest() != rolledBack }
            // What another command has applied goes first in the same way.
            let other = try directory.write(
                Self.text(Self.near, dport: 4009), to: "other.yaml")
            try expectSuccess(["apply", other])
            let applied = try Self.digest()
            try daemon.expect("policy 'edge' \(applied?.prefix(8) ?? "") in force, which stays")
            try expectSuccess(["apply", policy])
            try daemon.expect(": in force")
            try daemon.end()
        }
    }

    @Test("a pause and an apply that awaits its confirmation are left alone")
    func pending() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.near), to: "edge.yaml")
            let other = try directory.write(Self.text(Self.near, dport: 4009), to: "other.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try await eventually("start") { try Self.digest() != nil }
            let first = try Self.digest()
            try expectSuccess(["pause", "near0"])
            try directory.write(Self.text(Self.near, dport: 4002), to: "edge.yaml")
            try await eventually("behind the pause") { try Self.digest() != first }
            #expect(try StatusDocument.now().entry("near0").state == "paused")
            try expectSuccess(["resume"])

            try expectSuccess(["apply", other, "--confirm", "1h"])
            let pending = try Self.digest()
            try directory.write(Self.text(Self.near, dport: 4003), to: "edge.yaml")
            try daemon.expect("awaits its confirmation until")
            #expect(try Self.digest() == pending)
            try expectSuccess(["rollback"])
            // Then the text that was written meanwhile is in force.
            try await eventually("after the rollback") { try netctl("diff", policy).status == 0 }
            #expect(try StatusDocument.now().entry("near0").state == "active")
            try daemon.end()
        }
    }

    @Test("another policy's hook is an error that lasts until the hook is free")
    func anotherPolicy() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.near), to: "edge.yaml")
            let other = try directory.write(
                Self.text(Self.near).replacing("name: edge", with: "name: other"), to: "other.yaml")
            try expectSuccess(["apply", other])
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("policy 'other' holds xdp there")
            try expectSuccess(["detach", "near0"])
            try daemon.expect("attach near0 xdp")
            try daemon.end()
        }
    }

    @Test("a program of one's own that another command has put there stays", .requiresClang)
    func programs() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            func source(_ name: String, _ answer: Int) throws {
                try directory.write(
                    """
                    #include <linux/bpf.h>
                    #include <bpf/bpf_helpers.h>
                    SEC("tc") int filter(struct __sk_buff *skb) { return \(answer); }
                    """, to: name)
            }
            func text(_ program: String) -> String {
                """
                version: 1
                name: edge
                attach: [{ interface: near0, hook: tc-ingress, program: \(program) }]
                """
            }
            try source("one.bpf.c", 0)
            try source("two.bpf.c", 2)
            let policy = try directory.write(text("one.bpf.c"), to: "edge.yaml")
            let other = try directory.write(text("two.bpf.c"), to: "other.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("attach near0 tc-ingress")
            try expectSuccess(["apply", other], "replace near0 tc-ingress")
            try daemon.expect("of policy 'edge' in force, which stays")
            try expectSuccess(["diff", other], "would change nothing")
            // One that its own file has now is another matter.
            daemon.reload()
            try daemon.expect("replace near0 tc-ingress")
            try source("one.bpf.c", 7)
            try daemon.expect("replace near0 tc-ingress", times: 2)
            try daemon.end()
        }
    }

    @Test("what is told once is not told again because of something else")
    func flood() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.near), to: "edge.yaml")
            let other = try directory.write(Self.text(Self.near, dport: 4009), to: "other")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("attach near0 xdp")
            try expectSuccess(["apply", other])
            try daemon.expect("in force, which stays")
            try Directory.unlink(policy)
            try daemon.expect("(ENOENT)")
            for number in 0..<3 {
                try directory.write("", to: "\(number)")
                try await Task.sleep(for: .milliseconds(600))
            }
            let said = try daemon.end()
            #expect(said.components(separatedBy: "in force, which stays").count == 2, "\(said)")
            #expect(said.components(separatedBy: "(ENOENT)").count == 2, "\(said)")
        }
    }

    @Test("a hook is taken over once, not from who takes it over later")
    func takeOver() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.near), to: "edge.yaml")
            let other = try directory.write(
                Self.text(Self.near).replacing("name: edge", with: "name: other"), to: "other.yaml")
            try expectSuccess(["apply", other])
            var daemon = try RunningDaemon([policy, "--take-over"] + Self.never)
            try daemon.expect("replace near0 xdp: filter both (was other/both")
            try expectSuccess(["apply", other, "--take-over"])
            try daemon.expect("policy 'other' holds xdp there")
            #expect(try StatusDocument.now().entry("near0").policy == "other")
            try daemon.end()
        }
    }

    // MARK: Beginning and end

    @Test("whoever reads what it says may go away")
    func readers() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.pattern), to: "edge.yaml")
            let shell = """
                mkfifo "$0/fifo"; "$1" daemon "$2" --interval 1h >"$0/fifo" 2>&1 & echo "pid $!"
                head -n 1 <"$0/fifo"; wait $!; echo "status $?"
                """
            var command = try BackgroundCommand([
                "sh", "-c", shell, directory.path, Netctl.path, policy,
            ])
            let said = try command.waitForOutput("no interface matches")
            let pid = try #require(said.firstMatch(of: /pid (\d+)/).flatMap { Int32($0.1) })
            for name in ["near0", "near1"] {
                try addInterface(name)
                try await eventually("attached") {
                    try StatusDocument.working().contains("\(name) xdp")
                }
            }
            kill(pid, SIGTERM)
            try command.waitForOutput("status 0")
        }
    }

    @Test("what is wrong from the beginning ends it, with the exit codes of apply")
    func refused() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let bad = try directory.write("version: 1\nname: edge\nfilter: {}\n", to: "bad.yaml")
            try expectRefusal(
                ["daemon", bad], status: 3, "bad.yaml:3:1: error: unknown key 'filter'")
            try expectRefusal(
                ["daemon", directory.appending("none.yaml")], status: 1, "none.yaml", "(ENOENT)")
            try expectRefusal(["daemon", bad, "--interval", "10ms"], status: 2, "1s at least")
            let odd = try directory.write(
                Self.text(#"{ interface: "nothing*", xdp: both }"#), to: "odd.yaml")
            try expectRefusal(
                ["daemon", odd, "--strict"], status: 3, "no interface matches 'nothing*'")
        }
    }

    @Test(
        "ended or killed, it leaves everything in force; the next one goes on",
        arguments: [true, false])
    func ended(isKilled: Bool) async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.near), to: "edge.yaml")
            var daemon = try RunningDaemon([policy] + Self.never)
            try daemon.expect("attach near0 xdp")
            if isKilled { try daemon.kill() } else { try daemon.end() }
            let entry = try StatusDocument.now().entry("near0")
            #expect(entry.state == "active" && entry.policy == "edge")
            var next = try RunningDaemon([policy] + Self.never)
            try next.expect(": in force")
            // A signal is answered even if there is nothing to do.
            next.reload()
            try next.expect(": in force", times: 2)
            #expect(try StatusDocument.now().entry("near0").program_id == entry.program_id)
            try next.end()
        }
    }

    @Test("it tells systemd when it is ready, reloads and ends")
    func notification() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.near), to: "edge.yaml")
            for address in [directory.appending("socket"), "@\(directory.path)"] {
                var listener = try BackgroundCommand([
                    "perl", "-MIO::Socket::UNIX", "-e",
                    #"$| = 1; my $a = shift; $a =~ s/^@/\0/; "#
                        + "my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $a) or die; "
                        + #"print "listening\n"; while (defined $s->recv(my $m, 4096)) { print "$m\n" }"#,
                    address,
                ])
                try listener.waitForOutput("listening")
                let daemon = try RunningDaemon(
                    [policy] + Self.never, environment: ["NOTIFY_SOCKET": address])
                try listener.waitForOutput("READY=1")
                daemon.reload()
                try listener.waitForOutput("RELOADING=1\nMONOTONIC_USEC=")
                try daemon.end()
                let said = try listener.waitForOutput("STOPPING=1")
                #expect(said.contains("STATUS=edge "), "\(said)")
                #expect(said.components(separatedBy: "READY=1").count == 3, "\(said)")
                listener.signal(SIGKILL)
            }
        }
    }

    @Test("what happens, as documents")
    func documents() async throws {
        try await withSandbox {
            try addInterface("near0")
            let directory = try TemporaryDirectory()
            let policy = try directory.write(Self.text(Self.near), to: "edge.yaml")
            var daemon = try RunningDaemon([policy, "-o", "json"] + Self.never)
            try daemon.expect(#""event":"applied""#)
            try directory.write("nonsense", to: "edge.yaml")
            try daemon.expect(#""event":"refused""#)
            let said = try daemon.end()
            let documents = try said.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
                try JSONValue(parsing: String($0))
            }
            #expect(documents.map { $0["event"]?.text } == ["applied", "refused"])
            let applied = try #require(documents.first)
            #expect(applied["version"]?.integer == 1 && applied["policy"]?.text == "edge")
            #expect(applied["time"]?.text?.hasSuffix("Z") == true)
            #expect(applied["message"] == .null)
            #expect(
                applied["steps"]?.elements?.map(\.text) == [
                    "attach near0 xdp (xdpgeneric): filter both"
                ])
            #expect(documents.last?["message"]?.text?.contains("edge.yaml:1:1: error") == true)
        }
    }
}
