import Foundation
import TestSupport
import Testing

/// Several netctl commands at once, and commands that are killed.
@Suite("Concurrency", .requiresRoot)
struct ConcurrencyTests {
    /// Starts all commands, then waits for each; the descriptions of those that failed.
    private static func failures(of commands: [[String]]) throws -> [String] {
        var failures: [String] = []
        try start(commands[...], &failures)
        return failures
    }

    private static func start(
        _ commands: ArraySlice<[String]>, _ failures: inout [String]
    ) throws {
        guard let command = commands.first else { return }
        let running = try BackgroundCommand([Netctl.path] + command)
        try start(commands.dropFirst(), &failures)
        let result = try running.wait(limit: .seconds(60))
        if result.status != 0 { failures.append("\(command): \(result)") }
    }

    static func runAtOnce(_ commands: [[String]]) throws {
        let failures = try failures(of: commands)
        #expect(failures == [])
    }

    @Test("eight attaches, eight applies and eight detaches at once all succeed")
    func parallel() async throws {
        try await withSandbox {
            let names = (1...8).map { "eth\($0)" }
            for name in names { try addInterface(name) }
            let directory = try TemporaryDirectory()
            let files = try names.map { name in
                try directory.write(
                    policyText(
                        name: name, attach: ["{ interface: \(name), xdp: inbound }"], rule: name),
                    to: "\(name).yaml")
            }
            try Self.runAtOnce(names.map { ["attach", $0] })
            #expect(try StatusDocument.now().attachments.count == 8)
            try Self.runAtOnce(files.map { ["apply", $0] })
            let status = try StatusDocument.now()
            for name in names { #expect(try status.entry(name).policy == name) }
            try Self.runAtOnce(names.map { ["detach", $0] })
            #expect(try StatusDocument.now().attachments.isEmpty)
            // Nobody attached these first.
            try Self.runAtOnce(files.map { ["apply", $0] })
            #expect(try StatusDocument.now().attachments.count == 8)
        }
    }

    @Test("the last detach of one command is no failure of those that wait for it")
    func lastDetach() async throws {
        try await withSandbox {
            let names = (1...3).map { "eth\($0)" }
            for name in names { try addInterface(name) }
            for _ in 0..<6 {
                try expectSuccess(["attach", "eth1"])
                let failures = try Self.failures(of: [
                    ["detach", "eth1"], ["detach", "--all"], ["detach", "eth1"],
                    ["attach", "eth2"],
                    ["detach", "--all"], ["attach", "eth3"], ["resume"], ["detach", "eth3"],
                ])
                // Resume needs an attachment, and may come too late or too early for one.
                let odd = failures.filter { failure in
                    !["nothing is attached", "detached meanwhile"].contains {
                        failure.hasPrefix("[\"resume\"]") && failure.contains($0)
                    }
                }
                #expect(odd == [])
            }
            try expectSuccess(["detach", "--all"])
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test("apply killed at 50 random moments: the next command works, every hook has one policy")
    func killed() async throws {
        try await withSandbox {
            let directory = try TemporaryDirectory()
            let names = ["eth1", "eth2"]
            for name in names { try addInterface(name) }
            let entries = names.map { "{ interface: \($0), xdp: inbound }" }
            let files = try [443, 80].map { port in
                try directory.write(
                    policyText(attach: entries, rule: "port-\(port)", dport: port),
                    to: "\(port).yaml")
            }
            let started = ContinuousClock.now
            var digests: Set<String> = []
            for file in files {
                try expectSuccess(["apply", file])
                let found = Set(try StatusDocument.now().attachments.map(\.digest))
                #expect(found.count == 1)
                digests.formUnion(found.compactMap { $0 })
            }
            #expect(digests.count == 2)
            // Two applies and two looks: an apply takes less than half of it.
            var longest = (ContinuousClock.now - started) / .milliseconds(2)

            var mixed = 0
            var killed = 0
            for round in 0..<50 {
                let seconds = Double.random(in: 0.001...longest) / 1000
                let result = try run([
                    "timeout", "-s", "KILL", String(format: "%.3f", seconds), Netctl.path, "apply",
                    files[round % 2],
                ])
                // Half of the moments should fall into an apply, whatever else the machine does.
                longest *= result.status == 0 ? 0.9 : 1.1
                if result.status != 0 { killed += 1 }
                let status = try StatusDocument.now()
                #expect(status.problems.isEmpty, "round \(round): \(status)")
                let attached = status.attachments.compactMap(\.interface).sorted()
                #expect(attached == names, "round \(round)")
                let inForce = Set(status.attachments.compactMap(\.digest))
                #expect(inForce.isSubset(of: digests) && !inForce.isEmpty, "round \(round)")
                #expect(status.attachments.allSatisfy { $0.state == "active" })
                // A look changes nothing; the next command that does finishes or undoes the apply.
                if inForce.count == 2 { mixed += 1 }
                guard inForce.count == 2 || round % 5 == 0 else { continue }
                try expectSuccess(["resume"])
                let settled = Set(try StatusDocument.now().attachments.compactMap(\.digest))
                #expect(settled.count == 1, "round \(round)")
            }
            #expect(killed > 10)
            print("apply killed \(killed) times, \(mixed) times between two hooks")

            // The last body and the one before, to which one can go back, are pinned, and no other.
            try expectSuccess(["apply", files[0]])
            try expectSuccess(["apply", files[0]], "nothing changed")
            let pins = try runChecked(["find", "/sys/fs/bpf/netctl", "-name", "body-*"])
            #expect(pins.split(separator: "\n").count == 4, "\(pins)")
            try expectSuccess(["detach", "--all"])
            #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
        }
    }

    @Test(
        "attach and detach of TC and cgroup hooks killed at random moments: what is left is explained",
        arguments: ["clsact", "tcx", "cgroup"])
    func killedHooks(way: String) async throws {
        try await withSandbox {
            try addInterface("eth1")
            try await withCgroup { cgroup in
                let place = way == "cgroup" ? ["--cgroup", cgroup.path] : ["eth1"]
                let hooks =
                    way == "cgroup"
                    ? ["--hook", "ingress", "--hook", "egress", "--hook", "device"]
                    : ["--hook", "tc-ingress", "--hook", "tc-egress", "--tc", way]
                // A kernel without TCX has nothing to be killed here.
                let probe = try run([Netctl.path, "attach"] + place + hooks)
                guard probe.status == 0 else {
                    #expect(probe.status == 4 && way == "tcx", "\(probe)")
                    return
                }
                for round in 0..<30 {
                    let seconds = String(format: "%.3f", Double.random(in: 0.001...0.3))
                    let command = round % 2 == 0 ? ["detach"] + place : ["attach"] + place + hooks
                    _ = try run(["timeout", "-s", "KILL", seconds, Netctl.path] + command)
                    var status = try StatusDocument.now()
                    // The kernel lets go of what a killed process held some time after its end.
                    for _ in 0..<50 where !status.foreign.isEmpty {
                        try await Task.sleep(for: .milliseconds(100))
                        status = try StatusDocument.now()
                    }
                    #expect(status.foreign.isEmpty, "round \(round): \(status)")
                    // Of clsact, the pins come first and the filter goes first.
                    #expect(
                        status.problems.allSatisfy {
                            ["gone", "cut-short"].contains($0.code) && way == "clsact"
                        },
                        "round \(round): \(status)")
                }
                try expectSuccess(["attach"] + place + hooks)
                try expectSuccess(["status", "--check"])
                try expectSuccess(["detach", "--all"])
                #expect(try StatusDocument.now().attachments.isEmpty)
                #expect(try !runChecked(["ls", "/sys/fs/bpf"]).contains("netctl"))
                #expect(try !runChecked(["tc", "qdisc", "show", "dev", "eth1"]).contains("clsact"))
            }
        }
    }

    @Test("attach and detach killed at random moments leave nothing half done")
    func killedAttach() async throws {
        try await withSandbox {
            try addInterface("eth1")
            for round in 0..<20 {
                let seconds = String(format: "%.3f", Double.random(in: 0.001...0.25))
                let command = round % 2 == 0 ? "attach" : "detach"
                _ = try run(["timeout", "-s", "KILL", seconds, Netctl.path, command, "eth1"])
                var status = try StatusDocument.now()
                // The kernel lets go of what a killed process held some time after its end.
                for _ in 0..<50 where !status.foreign.isEmpty || !status.problems.isEmpty {
                    try await Task.sleep(for: .milliseconds(100))
                    status = try StatusDocument.now()
                }
                #expect(status.problems.isEmpty, "round \(round): \(status)")
                #expect(status.foreign.isEmpty, "round \(round): \(status)")
                #expect(status.attachments.count <= 1)
            }
            try expectSuccess(["attach", "eth1"])
            try expectSuccess(["detach", "--all"])
            #expect(try StatusDocument.now().attachments.isEmpty)
            #expect(try !runChecked(["ip", "link", "show", "eth1"]).contains("xdp"))
        }
    }
}
