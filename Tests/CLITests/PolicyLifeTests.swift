import Foundation
import TestSupport
import Testing

/// Attach, apply, look, pause, detach: as the contract's table of commands has them.
@Suite("A policy's life", .requiresRoot)
struct PolicyLifeTests {
    @Test("attach and detach say when there is nothing to do: exit 0")
    func twice() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try expectSuccess(["attach", "eth1"], "attached eth1 xdp (xdpgeneric)")
            let before = try netctl("status", "-o", "json").stdout
            try expectSuccess(["attach", "eth1"], "already attached eth1 xdp (xdpgeneric)")
            try expectSuccess(["attach", "eth1", "--mode", "generic"], "already attached")
            #expect(try netctl("status", "-o", "json").stdout == before)
            // On another hook: where it is, and not that it is in the caller's own namespace.
            try expectSuccess(
                ["detach", "eth1", "--hook", "tc-ingress"],
                "nothing is attached to eth1 on tc-ingress; it is attached on xdp\n")
            try expectRefusal(
                ["stats", "eth1", "--hook", "tc-ingress", "--hook", "tc-egress"], status: 1,
                "nothing is attached to eth1 on tc-ingress, tc-egress; it is attached on xdp\n")
            try expectRefusal(
                ["pause", "--hook", "tc-egress"], status: 1,
                "nothing is attached on tc-egress\n")
            try expectSuccess(["detach", "eth1"], "detached eth1")
            try expectSuccess(["detach", "eth1"], "nothing is attached to eth1\n")
            try expectSuccess(["detach", "eth9"], "nothing is attached to eth9")
            try expectSuccess(["detach", "--all"], "nothing is attached")
        }
    }

    @Test("apply: a dry run changes nothing, a second time says so, a change keeps the attachment")
    func apply() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let first = try directory.write(policyText(), to: "first.yaml")
            let second = try directory.write(policyText(dport: 80), to: "second.yaml")
            try expectSuccess(["attach", "eth1"])
            let bare = try netctl("status", "-o", "json").stdout

            try expectSuccess(
                ["apply", first, "--dry-run"], "apply to eth1 xdp: filter inbound")
            #expect(try netctl("status", "-o", "json").stdout == bare)

            try expectSuccess(["apply", first], "apply to eth1 xdp: filter inbound")
            let applied = try StatusDocument.now().entry("eth1")
            #expect(applied.policy == "edge")
            #expect(applied.filter == "inbound")
            #expect(applied.state == "active")
            try expectSuccess(["apply", "-f", first], "in force already; nothing changed")
            try expectSuccess(["apply", first, "--dry-run"], "in force already; nothing changed")

            try expectSuccess(["apply", second], "(was edge/inbound")
            let changed = try StatusDocument.now().entry("eth1")
            #expect(changed.digest != applied.digest)
            // The attachment is never touched: same stub, same link, since then.
            #expect(changed.program_id == applied.program_id)
            #expect(changed.link_id == applied.link_id)
            #expect(changed.attached_at == applied.attached_at)
        }
    }

    @Test("redirect, tx and log are kept and shown; an interface that is not there: exit 1")
    func actions() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try addInterface("eth2")
            let directory = try TemporaryDirectory()
            let text = """
                version: 1
                name: edge
                filters:
                  inbound:
                    default: pass
                    log: true
                    rules:
                      - name: aside
                        match: { dport: 1 }
                        action: { redirect: eth2 }
                        log: { every: 90s }
                      - { name: back, match: { dport: 2 }, action: tx, log: true }
                """
            let file = try directory.write(text, to: "edge.yaml")
            let other = try directory.write(
                text.replacing("eth2", with: "eth9"), to: "other.yaml")
            let marked = try directory.write(
                text.replacing("dport: 2", with: "mark: 2"), to: "marked.yaml")
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["apply", file, "--interface", "eth1"])
            try expectSuccess(["apply", file, "--interface", "eth1"], "nothing changed")
            try expectSuccess(
                ["show", "eth1"], "    log: true\n", "        action: { redirect: eth2 }\n",
                "        log: { every: 90s }\n", "        action: tx\n        log: true")
            try expectRefusal(
                ["apply", other], status: 1, "rule 'aside' redirects to 'eth9'", "ENODEV")
            try expectRefusal(["apply", other, "--dry-run"], status: 1, "ENODEV")
            // Where a mark would be of use is not said.
            try expectSuccess(["validate", marked])
            try expectRefusal(
                ["apply", marked], status: 3, "marked.yaml:12:32: ", "'mark', which xdp cannot do")
            try expectSuccess(["apply", file], "nothing changed")
        }
    }

    @Test("an empty set file is a warning: exit 0; with --strict, exit 3")
    func emptySet() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                policyText(top: "sets: { threats: { file: threats.txt } }")
                    .replacing("dport: 443", with: "src: \"@threats\""), to: "edge.yaml")
            try directory.write("# none today\n", to: "threats.txt")
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["validate", file], "warning:", "threats")
            try expectRefusal(["apply", file, "--strict"], status: 3, "warning:")
            try expectSuccess(["apply", file], "warning:", "threats", "apply to eth1")
            #expect(try StatusDocument.now().entry("eth1").policy == "edge")
        }
    }

    @Test("an attachment belongs to the policy's name")
    func ownership() async throws {
        try await withSandbox {
            for name in ["eth1", "eth2", "eth3"] { try addInterface(name) }
            let directory = try TemporaryDirectory()
            func file(_ name: String, _ interfaces: String...) throws -> String {
                let entries = interfaces.map { "{ interface: \($0), xdp: inbound }" }
                return try directory.write(
                    policyText(name: name, attach: entries), to: "\(name)-\(interfaces.count).yaml")
            }
            let edge2 = try file("edge", "eth1", "eth2")
            let edge1 = try file("edge", "eth1")
            let core = try file("core", "eth3")
            try expectSuccess(["apply", edge2], "attach eth1 xdp", "attach eth2 xdp")
            try expectSuccess(["apply", core], "attach eth3 xdp")

            // Held by another name: an error, and nothing changed; unless it is taken over.
            let greedy = try file("core", "eth3", "eth1")
            try expectRefusal(
                ["apply", greedy], status: 1, "eth1", "policy 'edge' holds", "--take-over")

            // No longer listed: detached. Other names: untouched.
            try expectSuccess(["apply", edge1], "detach eth2", "no longer listed")
            var status = try StatusDocument.now()
            #expect(Set(status.attachments.map(\.interface)) == ["eth1", "eth3"])
            #expect(try status.entry("eth3").policy == "core")

            try expectSuccess(["apply", greedy, "--take-over"], "replace eth1")
            status = try StatusDocument.now()
            #expect(try status.entry("eth1").policy == "core")

            // What was taken over is not the old owner's any more.
            let nothing = try directory.write(
                policyText(name: "edge") + "attach: []\n", to: "nothing.yaml")
            try expectSuccess(["apply", nothing])
            #expect(try StatusDocument.now().entry("eth1").policy == "core")
        }
    }

    @Test("without attach: a policy goes to what has no policy or this one, --interface narrows it")
    func adoption() async throws {
        try await withSandbox {
            for name in ["eth1", "eth2", "eth3"] {
                try addInterface(name)
                try expectSuccess(["attach", name])
            }
            let directory = try TemporaryDirectory()
            let core = try directory.write(policyText(name: "core"), to: "core.yaml")
            let edge = try directory.write(policyText(name: "edge"), to: "edge.yaml")
            try expectSuccess(["apply", core, "--interface", "eth1"], "apply to eth1")
            var policies = try StatusDocument.now().attachments.map { [$0.interface, $0.policy] }
            #expect(policies == [["eth1", "core"], ["eth2", nil], ["eth3", nil]])
            try expectSuccess(["apply", edge], "apply to eth2", "apply to eth3")
            policies = try StatusDocument.now().attachments.map { [$0.interface, $0.policy] }
            #expect(policies == [["eth1", "core"], ["eth2", "edge"], ["eth3", "edge"]])
            // What another policy holds is named, and taken only when told to.
            try expectRefusal(
                ["apply", edge, "--interface", "eth1"], status: 1,
                "policy 'core' holds xdp there", "--take-over")
            try expectSuccess(
                ["apply", edge, "--interface", "eth1", "--take-over"], "replace eth1")
        }
    }

    @Test("attach: takes patterns, an exact name beats them; a list of namespaces")
    func attachEntries() async throws {
        try await withSandbox {
            for name in ["veth1", "veth2", "other"] { try addInterface(name) }
            for netns in ["blue", "green"] {
                try runChecked(["ip", "netns", "add", netns])
                try addInterface("eth1", netns: netns)
            }
            let directory = try TemporaryDirectory()
            let text = """
                version: 1
                name: edge
                filters:
                  strict: { default: drop, rules: [] }
                  inbound: { default: pass, rules: [] }
                attach:
                  - { interface: "veth*", xdp: inbound }
                  - { interface: veth2, xdp: strict }
                  - { interface: eth1, netns: [blue, green], xdp: inbound }
                """
            let file = try directory.write(text, to: "edge.yaml")
            try expectSuccess(["apply", file])
            let status = try StatusDocument.now()
            #expect(try status.entry("veth1").filter == "inbound")
            #expect(try status.entry("veth2").filter == "strict")
            #expect(!status.attachments.contains { $0.interface == "other" })
            let named = status.attachments.filter { $0.interface == "eth1" }.map(\.netns)
            #expect(Set(named) == ["blue", "green"])
            try expectSuccess(["apply", file], "nothing changed")

            let fewer = text.replacing("[blue, green]", with: "green")
            try expectSuccess(
                ["apply", directory.write(fewer, to: "fewer.yaml")],
                "detach eth1 in netns blue xdp: no longer listed")
            #expect(
                try StatusDocument.now().attachments.compactMap(\.netns).filter { $0 == "blue" }
                    .isEmpty)
        }
    }

    @Test("a cgroup is the same inside `ip netns exec`, where /sys has none")
    func cgroupInsideNamespace() async throws {
        try await withSandbox {
            try runChecked(["ip", "netns", "add", "blue"])
            try withCgroup { cgroup in
                let hook = ["--cgroup", cgroup.path, "--hook", "egress"]
                let attached = try runInNetns("blue", [Netctl.path, "attach"] + hook)
                #expect(attached.status == 0, "\(attached)")
                try expectSuccess(["attach"] + hook, "already attached cgroup \(cgroup.path)")
                let stats = try runInNetns("blue", [Netctl.path, "stats", "--cgroup", cgroup.path])
                #expect(
                    stats.stdout.contains("cgroup \(cgroup.path) hook cgroup-egress"), "\(stats)")
                let detached = try runInNetns("blue", [Netctl.path, "detach"] + hook)
                #expect(detached.stdout.contains("detached cgroup"), "\(detached)")
                #expect(try StatusDocument.now().attachments.isEmpty)
            }
        }
    }

    @Test("--netns reaches a named namespace; in `ip netns exec` it is the same attachment")
    func namespaces() async throws {
        try await withSandbox {
            try runChecked(["ip", "netns", "add", "blue"])
            try addInterface("eth1", netns: "blue")
            let attached = try runInNetns("blue", [Netctl.path, "attach", "eth1"])
            #expect(attached.status == 0, "\(attached)")
            // The pins are outside, where every netctl finds them.
            #expect(try runChecked(["ls", "/sys/fs/bpf/netctl"]).contains("xdp-"))
            let entry = try StatusDocument.now().entry("eth1")
            #expect(entry.netns == "blue")
            try expectSuccess(["attach", "eth1", "--netns", "blue"], "already attached eth1")

            let directory = try TemporaryDirectory()
            let file = try directory.write(policyText(), to: "edge.yaml")
            let applied = try runInNetns("blue", [Netctl.path, "apply", file])
            #expect(applied.status == 0, "\(applied)")
            #expect(try StatusDocument.now().entry("eth1").policy == "edge")
            let inside = try runInNetns("blue", [Netctl.path, "stats", "eth1"])
            #expect(inside.status == 0, "\(inside)")
            #expect(inside.stdout.contains("rule web"))
            try expectSuccess(["stats", "eth1", "--netns", "blue"], "rule web")
            // Not in the caller's namespace: said, with where it is.
            let elsewhere = try netctl("stats", "eth1")
            #expect(elsewhere.status == 1)
            #expect(elsewhere.stderr.contains("attached in netns blue"))

            let detached = try runInNetns("blue", [Netctl.path, "detach", "eth1"])
            #expect(detached.status == 0, "\(detached)")
            #expect(try StatusDocument.now().attachments.isEmpty)
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("pause passes and counts, resume ends it; --for ends by itself")
    func pause() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                policyText(rule: "canary", dport: 4001)
                    .replacing("dport: 4001", with: "proto: udp, dport: 4001"), to: "edge.yaml")
            try expectSuccess(["attach", "near0"])
            try expectSuccess(["apply", file])
            let receiver = try UDPSocket(bound: pair.near.ipv4, port: 4001)
            func passes(_ expected: Int) throws -> Bool {
                try pair.send(10, port: 4001)
                return receiver.receive(exactly: expected) == expected
            }
            #expect(try passes(0))

            let paused = try netctl("pause", "near0", "--for", "1h", "-o", "json").stdout
            #expect(paused == #"{"for":"1h","paused":["near0 xdp"],"version":1}"# + "\n")
            let resumed = try netctl("resume", "near0", "-o", "json").stdout
            #expect(resumed == #"{"resumed":["near0 xdp"],"version":1}"# + "\n")
            try expectSuccess(["pause", "near0"], "paused near0")
            #expect(try StatusDocument.now().entry("near0").state == "paused")
            #expect(try StatusDocument.now().entry("near0").policy == "edge")
            #expect(try passes(10))
            // A policy applied meanwhile waits behind the pause.
            try expectSuccess(["apply", file], "nothing changed")
            #expect(try passes(10))
            try expectSuccess(["resume"], "resumed near0")
            try expectSuccess(["resume", "near0"], "was not paused")
            #expect(try passes(0))

            try expectSuccess(["pause", "--for", "5s"], "paused near0", "5s")
            #expect(try passes(10))
            try await Task.sleep(for: .seconds(5))
            // Nobody resumed it.
            #expect(try passes(0))
            #expect(try StatusDocument.now().entry("near0").state == "active")
            try expectSuccess(["apply", file], "nothing changed")
            #expect(try passes(0))

            let stats: StatsDocument = try document("stats", "near0")
            let entry = try #require(stats.attachments.first)
            #expect((entry.reasons["paused"]?.packets ?? 0) >= 30)
            #expect(entry.rules.first?.packets == 40)
        }
    }

    @Test("status --check: an interface that is gone is a problem, and detach cleans it")
    func gone() async throws {
        try await withSandbox {
            try addInterface("eth1")
            try addInterface("eth2")
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["attach", "eth2"])
            try expectSuccess(["status", "--check"])
            try runChecked(["ip", "link", "del", "eth1"])
            let checked = try netctl("status", "--check")
            #expect(checked.status == 1)
            #expect(checked.stdout.contains("problem gone"), "\(checked)")
            #expect(try netctl("status").status == 0)
            let status = try StatusDocument.now()
            #expect(try status.entry("eth1").state == "gone")
            #expect(status.problems.map(\.code) == ["gone"])
            #expect(status.problems.first?.hint == "netctl detach eth1")
            try expectSuccess(["detach", "eth1"], "detached eth1")
            try expectSuccess(["status", "--check"])
            #expect(try StatusDocument.now().attachments.map(\.interface) == ["eth2"])
        }
    }

    @Test("show gives back a policy that can be applied again, with its counters")
    func show() async throws {
        try await withSandbox {
            try addInterface("eth1")
            let directory = try TemporaryDirectory()
            let file = try directory.write(
                policyText(top: "sets: { bad: { cidrs: [192.0.2.0/24, \"2001:db8::/32\"] } }")
                    .replacing("dport: 443", with: "src: \"@bad\", dport: [443, 8000-8100]"),
                to: "edge.yaml")
            try expectSuccess(["attach", "eth1"])
            let bare = try expectSuccess(["show", "eth1"])
            #expect(bare.stdout.contains("no policy"))
            try expectSuccess(["apply", file])
            let shown = try expectSuccess(["show", "eth1"], "0 packets, 0 bytes", "name: edge")
            let again = try directory.write(shown.stdout, to: "again.yaml")
            try expectSuccess(["validate", again])
            try expectSuccess(["apply", again], "in force already; nothing changed")
            let missing = try netctl("show", "eth9")
            #expect(missing.status == 1)
            #expect(missing.stderr.contains("nothing is attached to eth9"))
        }
    }
}
