import BPF
import LinuxSystem
import TestSupport
import Testing

/// What an attachment was on is removed, or the attachment itself, by somebody's hand: said by
/// `status`, mended by `apply`, cleaned by `detach`.
@Suite("Gone", .requiresRoot)
struct GoneTests {
    /// A policy with one filter on these hooks.
    private static func text(_ attach: String...) -> String {
        """
        version: 1
        name: edge
        filters:
          both: { default: pass, rules: [{ name: web, match: { dport: 443 }, action: drop }] }
        devices:
          list: { default: allow, rules: [] }
        attach:
        \(attach.map { "  - \($0)\n" }.joined())
        """
    }

    /// `status` has these attachments as gone, and no others; `--check` fails.
    private static func expectGone(
        _ hooks: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let status = try StatusDocument.now()
        let gone = status.attachments.filter { $0.state == "gone" }.map(\.hook)
        #expect(gone == hooks, "\(status)", sourceLocation: sourceLocation)
        #expect(
            status.problems.map(\.code) == hooks.map { _ in "gone" }, "\(status)",
            sourceLocation: sourceLocation)
        let checked = try netctl("status", "--check")
        #expect(checked.status == (hooks.isEmpty ? 0 : 1), sourceLocation: sourceLocation)
        #expect(try netctl("status").status == 0, sourceLocation: sourceLocation)
        #expect(try netctl("stats").status == 0, sourceLocation: sourceLocation)
    }

    private static func expectNothing(
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let status = try StatusDocument.now()
        #expect(status.attachments.isEmpty, "\(status)", sourceLocation: sourceLocation)
        #expect(status.problems.isEmpty, "\(status)", sourceLocation: sourceLocation)
        let pins = try runChecked(["ls", "/sys/fs/bpf"])
        #expect(!pins.contains("netctl"), "\(pins)", sourceLocation: sourceLocation)
    }

    /// Waits until the kernel has let go of a removed cgroup's programs, a moment later.
    private static func awaitGone(_ count: Int) async throws {
        for _ in 0..<1_000 {
            let gone = try StatusDocument.now().problems.filter { $0.code == "gone" }
            if gone.count == count { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    // MARK: Cgroups

    private static let cgroupHooks = ["cgroup-ingress", "cgroup-egress", "cgroup-device"]

    @Test("a cgroup is removed: gone; detach cleans, by path and --all")
    func cgroup() async throws {
        try await withSandbox {
            try await withCgroup { parent in
                let child = try parent.child("child")
                func attachAndRemove() async throws {
                    try Directory.make(child.directory)
                    try expectSuccess([
                        "attach", "--cgroup", child.path, "--hook", "ingress", "--hook", "egress",
                        "--hook", "device",
                    ])
                    try Self.expectGone([])
                    try Directory.remove(child.directory)
                    try await Self.awaitGone(3)
                    try Self.expectGone(Self.cgroupHooks)
                }
                try Directory.remove(child.directory)
                try await attachAndRemove()
                let hint = try #require(try StatusDocument.now().problems.first?.hint)
                #expect(hint == "netctl detach --cgroup \(child.path)")
                try expectSuccess(["detach", "--cgroup", child.path], "detached cgroup")
                try Self.expectNothing()
                try await attachAndRemove()
                try expectSuccess(["detach", "--all"], "detached cgroup")
                try Self.expectNothing()
            }
        }
    }

    @Test("a cgroup is made anew at its path: apply attaches to the new one, gives up the old")
    func remadeCgroup() async throws {
        try await withSandbox {
            try await withCgroup { parent in
                let child = try parent.child("child")
                let directory = try TemporaryDirectory()
                let file = try directory.write(
                    Self.text(
                        "{ cgroup: \(child.path), ingress: both, egress: both, device: list }"),
                    to: "edge.yaml")
                try expectSuccess(["apply", file])
                let before = try StatusDocument.now().attachments.map(\.program_id)
                try Directory.remove(child.directory)
                try await Self.awaitGone(3)
                try expectRefusal(["apply", file], status: 1, child.path, "(ENOENT)")
                try Directory.make(child.directory)
                try Self.expectGone(Self.cgroupHooks)

                try expectSuccess(["apply", file], "attach cgroup", "detach cgroup")
                let status = try StatusDocument.now()
                #expect(status.attachments.map(\.hook) == Self.cgroupHooks)
                #expect(status.attachments.allSatisfy { $0.cgroup == child.path })
                #expect(status.attachments.allSatisfy { $0.state == "active" })
                #expect(Set(status.attachments.map(\.program_id)).isDisjoint(with: before))
                try Self.expectGone([])
                try expectSuccess(["apply", file], "nothing changed")
                try expectSuccess(["detach", "--all"])
                try Self.expectNothing()
            }
        }
    }

    @Test("what a person attached to a removed cgroup is given up by the policy that held it")
    func adoptedCgroup() async throws {
        try await withSandbox {
            try await withCgroup { parent in
                let child = try parent.child("child")
                let directory = try TemporaryDirectory()
                let file = try directory.write(
                    Self.text("{ cgroup: \(child.path), ingress: both }"), to: "edge.yaml")
                try expectSuccess(["attach", "--cgroup", child.path, "--hook", "ingress"])
                try expectSuccess(["apply", file], "apply to cgroup")
                try Directory.remove(child.directory)
                try await Self.awaitGone(1)
                try Directory.make(child.directory)
                try expectSuccess(["apply", file], "attach cgroup", "detach cgroup")
                try Self.expectGone([])
                #expect(try StatusDocument.now().attachments.count == 1)
                try expectSuccess(["detach", "--all"])
                try Self.expectNothing()
            }
        }
    }

    // MARK: Interfaces and namespaces

    private static let interfaceHooks = ["xdp", "tc-ingress", "tc-egress"]

    /// A pair in a namespace that goes with it, attached on every hook.
    private static func attach(_ tc: String, in netns: String, _ file: (String) throws -> String)
        throws
    {
        try runChecked(["ip", "netns", "add", netns])
        try addInterface("eth1", netns: netns)
        let entry =
            "{ interface: eth1, netns: \(netns), tc: \(tc), xdp: both, tc-ingress: both, "
            + "tc-egress: both }"
        try expectSuccess(["apply", file(text(entry))])
        try expectGone([])
    }

    @Test(
        "an interface is removed: gone; apply mends what came back", arguments: ["auto", "clsact"])
    func interface(tc: String) async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let hooks = "xdp: both, tc-ingress: both, tc-egress: both"
            let entry = "{ interface: eth1, tc: \(tc), \(hooks) }"
            let file = try directory.write(Self.text(entry), to: "edge.yaml")
            try expectSuccess(["apply", file])
            try runChecked(["ip", "link", "delete", "eth1"])
            try Self.expectGone(Self.interfaceHooks)
            try expectRefusal(["apply", file], status: 1, "eth1", "(ENODEV)")
            try addInterface("eth1")
            try Self.expectGone(Self.interfaceHooks)
            try expectSuccess(["apply", file], "attach eth1 tc-egress", "detach eth1 tc-egress")
            try Self.expectGone([])
            #expect(try StatusDocument.now().attachments.map(\.hook) == Self.interfaceHooks)
            try expectSuccess(["apply", file], "nothing changed")
            try runChecked(["ip", "link", "delete", "eth1"])
            try expectSuccess(["detach", "eth1"], "detached eth1 tc-ingress")
            try Self.expectNothing()
        }
    }

    @Test(
        "a namespace is removed: gone; detach --all cleans, apply mends",
        arguments: ["auto", "clsact"])
    func namespace(tc: String) async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            func file(_ text: String) throws -> String {
                try directory.write(text, to: "edge.yaml")
            }
            try Self.attach(tc, in: "blue", file)
            try runChecked(["ip", "netns", "delete", "blue"])
            // The kernel takes a namespace apart a moment after its last user.
            try await Self.awaitGone(3)
            try Self.expectGone(Self.interfaceHooks)
            try expectRefusal(
                ["apply", directory.appending("edge.yaml")], status: 1, "blue", "(ENOENT)")
            // A new namespace of that name.
            try Self.attach(tc, in: "blue", file)
            #expect(try StatusDocument.now().attachments.count == 3)
            try runChecked(["ip", "netns", "delete", "blue"])
            try await Self.awaitGone(3)
            try expectSuccess(["detach", "--all"], "detached eth1")
            try Self.expectNothing()
        }
    }

    // MARK: Our filter and our qdisc

    @Test(
        "our clsact filters or our qdisc are removed by hand: gone; apply mends, detach cleans",
        arguments: [
            ["tc", "qdisc", "del", "dev", "eth1", "clsact"],
            [
                "sh", "-c",
                "tc filter del dev eth1 ingress && tc filter del dev eth1 egress",
            ],
        ])
    func filters(removal: [String]) async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let entry = "{ interface: eth1, tc: clsact, tc-ingress: both, tc-egress: both }"
            let file = try directory.write(Self.text(entry), to: "edge.yaml")
            try expectSuccess(["apply", file])
            try runChecked(removal)
            try Self.expectGone(["tc-ingress", "tc-egress"])
            let messages = try StatusDocument.now().problems.map(\.message)
            #expect(messages.allSatisfy { $0.contains("its filter is gone") }, "\(messages)")
            try expectSuccess(["apply", file], "attach eth1 tc-ingress", "attach eth1 tc-egress")
            try Self.expectGone([])
            let filters = try runChecked(["tc", "filter", "show", "dev", "eth1", "egress"])
            #expect(filters.contains("netctl"), "\(filters)")
            try expectSuccess(["apply", file], "nothing changed")

            try runChecked(removal)
            try expectSuccess(["detach", "eth1"], "detached eth1 tc-egress")
            try Self.expectNothing()

            try expectSuccess(["apply", file])
            try runChecked(removal)
            try expectSuccess(
                ["attach", "eth1", "--hook", "tc-ingress", "--tc", "clsact"],
                "attached eth1 tc-ingress (clsact)")
            try Self.expectGone(["tc-egress"])
            try expectSuccess(["detach", "--all"])
            try Self.expectNothing()
            #expect(try !runChecked(["tc", "filter", "show", "dev", "eth1"]).contains("netctl"))
        }
    }

    @Test(
        "our links are detached by hand: gone, and said so; apply mends, detach cleans",
        // Without TCX the TC hooks have no link: their filters are in the test before.
        arguments: hasTCX ? ["xdp", "tc-ingress", "cgroup"] : ["xdp", "cgroup"])
    func links(kind: String) async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                try addInterface("eth1")
                let directory = try TemporaryDirectory()
                let entry =
                    kind == "cgroup"
                    ? "{ cgroup: \(cgroup.path), ingress: both, device: list }"
                    : "{ interface: eth1, \(kind): both }"
                let file = try directory.write(Self.text(entry), to: "edge.yaml")
                func detachByHand() throws {
                    for attachment in try StatusDocument.now().attachments {
                        let link = try #require(attachment.link_id)
                        try runChecked(["bpftool", "link", "detach", "id", "\(link)"])
                    }
                }
                try expectSuccess(["apply", file])
                let hooks = try StatusDocument.now().attachments.map(\.hook)
                try detachByHand()
                try Self.expectGone(hooks)
                let messages = try StatusDocument.now().problems.map(\.message)
                #expect(messages.allSatisfy { $0.contains("somebody has detached its link") })
                try expectSuccess(["apply", file], "attach ")
                try Self.expectGone([])
                try expectSuccess(["apply", file], "nothing changed")
                try detachByHand()
                try expectSuccess(["detach", "--all"])
                try Self.expectNothing()
            }
        }
    }

    @Test("an interface goes down and up, and gets another name: the policy stays in force there")
    func flapAndRename() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let hooks = "xdp: both, tc-ingress: both"
            let file = try directory.write(Self.text("{ interface: eth1, \(hooks) }"), to: "a.yaml")
            try expectSuccess(["apply", file])
            let before = try StatusDocument.now().attachments.map(\.program_id)
            for state in ["down", "up"] { try runChecked(["ip", "link", "set", "eth1", state]) }
            try Self.expectGone([])
            try expectSuccess(["apply", file], "nothing changed")

            try runChecked(["ip", "link", "set", "eth1", "down"])
            try runChecked(["ip", "link", "set", "eth1", "name", "lan0"])
            try Self.expectGone([])
            let renamed = try StatusDocument.now().attachments
            #expect(renamed.map(\.interface) == ["lan0", "lan0"])
            #expect(renamed.map(\.program_id) == before)
            try expectRefusal(["apply", file], status: 1, "eth1", "(ENODEV)")
            let other = try directory.write(
                Self.text("{ interface: lan0, \(hooks) }"), to: "b.yaml")
            try expectSuccess(["apply", other], "replace lan0 xdp")
            #expect(try StatusDocument.now().attachments.map(\.program_id) == before)
            try expectSuccess(["detach", "lan0"])
            try Self.expectNothing()
        }
    }

    @Test("an interface moves to another namespace: said so, its policy goes on, apply follows")
    func moved() async throws {
        try await withSandbox {
            try runChecked(["ip", "link", "add", "eth1", "type", "veth", "peer", "name", "peer1"])
            try runChecked(["ip", "netns", "add", "blue"])
            let directory = try TemporaryDirectory()
            let hooks = "mode: generic, xdp: both, tc-ingress: both"
            let here = try directory.write(
                Self.text("{ interface: eth1, optional: true, \(hooks) }"), to: "here.yaml")
            let there = try directory.write(
                Self.text("{ interface: eth1, netns: blue, \(hooks) }"), to: "there.yaml")
            try expectSuccess(["apply", here])
            let before = try StatusDocument.now().attachments.map(\.program_id)
            try runChecked(["ip", "link", "set", "eth1", "netns", "blue"])
            let status = try StatusDocument.now()
            // Links go along, a clsact qdisc stays behind with its filters.
            let moved = hasTCX ? 2 : 1
            let codes = status.problems.map(\.code)
            #expect(codes == (hasTCX ? ["moved", "moved"] : ["moved", "gone"]), "\(status)")
            #expect(
                status.problems.prefix(moved).allSatisfy {
                    $0.message.contains("eth1 in netns blue")
                })
            #expect(try netctl("status", "--check").status == 1)

            try expectSuccess(["apply", there], "replace eth1 in netns blue xdp")
            let after = try StatusDocument.now()
            #expect(after.problems.isEmpty, "\(after)")
            #expect(after.attachments.map(\.netns) == ["blue", "blue"])
            let programs = after.attachments.map(\.program_id)
            #expect(programs.prefix(moved) == before.prefix(moved))
            try expectSuccess(["apply", there], "nothing changed")

            try expectSuccess(["detach", "--all"])
            try Self.expectNothing()
        }
    }

    @Test("one filter of two is removed: the other judges on, and its qdisc stays")
    func oneFilter() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess([
                "attach", "eth1", "--hook", "tc-ingress", "--hook", "tc-egress", "--tc", "clsact",
            ])
            try runChecked(["tc", "filter", "del", "dev", "eth1", "ingress"])
            try Self.expectGone(["tc-ingress"])
            try expectSuccess(["detach", "eth1", "--hook", "tc-ingress"])
            try Self.expectGone([])
            #expect(try StatusDocument.now().attachments.map(\.hook) == ["tc-egress"])
            #expect(try runChecked(["tc", "qdisc", "show", "dev", "eth1"]).contains("clsact"))
            try expectSuccess(["detach", "eth1"])
            try Self.expectNothing()
            #expect(try !runChecked(["tc", "qdisc", "show", "dev", "eth1"]).contains("clsact"))
        }
    }

    @Test("pauses and shows of what is gone fail or work, none hangs")
    func otherCommands() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess([
                "attach", "eth1", "--hook", "tc-ingress", "--hook", "tc-egress", "--tc", "clsact",
            ])
            try runChecked(["tc", "qdisc", "del", "dev", "eth1", "clsact"])
            for command in [["pause"], ["resume"], ["show"], ["stats"], ["stats", "--reset"]] {
                let result = try run([Netctl.path] + command)
                #expect([0, 1].contains(result.status), "\(command): \(result)")
            }
            try Self.expectGone(["tc-ingress", "tc-egress"])
            try expectSuccess(["detach", "--all"])
            try Self.expectNothing()
        }
    }
}

private let hasTCX = (try? FeatureProbe.supportsTCX()) == true
