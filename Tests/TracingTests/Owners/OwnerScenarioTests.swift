import Foundation
import LinuxSystem
import PolicyCompiler
import TestSupport
import Testing

@testable import Tracing

/// What events say of dropped packets, and whose they were, compared with what the processes themselves
/// tell: over real sockets, on every hook, and for drops of the kernel's and of others.
@Suite("Whose packet", .requiresRoot, .serialized) struct OwnerScenarioTests {
    /// A scenario over one family, as it is played.
    private final class Run {
        let scenario: OwnerScenario
        let family: Int
        let port: UInt16
        var scenes: [String: Scene] = [:]
        var events: [Event] = []

        init(_ scenario: OwnerScenario, family: Int, port: UInt16) {
            self.scenario = scenario
            self.family = family
            self.port = port
        }

        var label: Comment { "\(scenario.name), IPv\(family), port \(port)" }

        /// The events that it is about; others on its port are a consequence, such as of data sent again.
        var wanted: [Event] {
            events.filter { event in
                event.hook.description == scenario.drop.hook
                    && (scenario.reasons.isEmpty || scenario.reasons.contains(event.reason))
            }
        }
    }

    @Test(arguments: ["netctl", "others"])
    func `a packet's owners are the right ones, or nobody`(dropper: String) async throws {
        try await withSandbox {
            try withCgroup {
                try Self.play(
                    dropper == "netctl" ? OwnerScenario.own : OwnerScenario.others, in: $0)
            }
        }
    }

    private static func play(_ scenarios: [OwnerScenario], in cgroup: TestCgroup) throws {
        let world = try DropWorld(cgroup)
        let runs = runs(scenarios, world)
        for run in runs { try start(run.scenario.older, of: run, world) }
        var filter = EventFilter()
        filter.netns = try NetworkNamespace.current.inode
        filter.showsBenign = true
        var settings = EventSettings()
        settings.rate = nil
        let reader = try EventReader(filter, settings)
        #expect(reader.limits.isEmpty)
        _ = try world.directory.write("", to: "go")
        let byPort = Dictionary(uniqueKeysWithValues: runs.map { ($0.port, $0) })
        func take(_ event: Event) {
            for port in [event.source.port, event.destination.port] {
                if let port, let run = byPort[port] { run.events.append(event) }
            }
        }
        for run in runs {
            try start(Set(["server", "client"]).subtracting(run.scenario.older), of: run, world)
            try reader.read(take)
        }
        let deadline = ContinuousClock.now + .seconds(20)
        while runs.contains(where: { $0.wanted.count < $0.scenario.count }), .now < deadline {
            try reader.wait(milliseconds: 20)
            try reader.read(take)
        }
        try reader.finish(take)
        #expect(try reader.totals().lost == 0)
        for run in runs { try check(run, world) }
        withExtendedLifetime(world) {}
    }

    private static func runs(_ scenarios: [OwnerScenario], _ world: DropWorld) -> [Run] {
        var next = Dictionary(uniqueKeysWithValues: DropPlace.allCases.map { ($0, $0.firstPort) })
        var runs: [Run] = []
        for scenario in scenarios {
            if let reason = world.withoutNftables, [.nftInput, .nftOutput].contains(scenario.drop) {
                print("skipped: \(scenario.name): \(reason)")
                continue
            }
            for family in scenario.families {
                let port = next[scenario.drop] ?? 0
                next[scenario.drop] = port + 1
                runs.append(Run(scenario, family: family, port: port))
            }
        }
        return runs
    }

    private static func start(_ parts: Set<String>, of run: Run, _ world: DropWorld) throws {
        let isOlder = parts == run.scenario.older && !parts.isEmpty
        if parts.contains("server"), let steps = run.scenario.server {
            // It is ready when it can be reached.
            let said = steps.replacing(/listen \d+|bind SERVER PORT(?! listen)/) {
                "\($0.output) say up"
            }
            run.scenes["server"] = try world.start(
                said, "server", run.scenario, family: run.family, port: run.port, until: "up ")
        }
        if parts.contains("client") {
            run.scenes["client"] = try world.start(
                run.scenario.client, "client", run.scenario, family: run.family, port: run.port,
                until: isOlder ? "until\n" : "client ")
        }
    }

    // MARK: Checks

    private static func check(_ run: Run, _ world: DropWorld) throws {
        let scenario = run.scenario
        let wanted = run.wanted
        #expect(
            wanted.count >= scenario.count,
            "\(run.label): \(run.scenes.mapValues(\.said)): \(run.events)")
        for event in wanted {
            if let (reason, rule) = scenario.drop.decision {
                #expect(event.rule == rule, "\(run.label)")
                #expect(
                    event.reason == (rule == "watched" ? "monitor" : reason), "\(run.label)")
                #expect(event.verdict == (rule == "watched" ? .pass : .drop), "\(run.label)")
                #expect(event.policy == (reason == "block" ? event.policy : "edge"), "\(run.label)")
            }
            try check(event.source, scenario.from, "from", run, world)
            try check(event.destination, scenario.to, "to", run, world)
        }
        // No event on its port names a stranger.
        let own = try run.scenes.values.flatMap { try $0.pids() }
        for event in run.events {
            for owner in [event.source.owner, event.destination.owner].compactMap(\.self) {
                #expect(own.contains(owner.pid), "\(run.label): a stranger: \(event)")
            }
        }
    }

    private static func check(
        _ party: Event.Party, _ expected: OwnerScenario.Owner?, _ end: String, _ run: Run,
        _ world: DropWorld
    ) throws {
        let label: Comment = "\(run.label): \(end) \(party)"
        guard let expected else {
            #expect(party.owner == nil, label)
            return
        }
        guard let owner = party.owner else {
            #expect(expected.mayBeUnknown, label)
            return
        }
        let part = expected.socket == "client" ? "client" : "server"
        let scene = try #require(run.scenes[part], label)
        try scene.wait(for: "\(expected.socket) ")
        let truth = try scene.socket(expected.socket)
        #expect(party.cookie == truth.cookie, label)
        #expect(owner.pid == truth.pid, label)
        #expect(owner.comm == expected.comm, label)
        #expect(owner.uid == expected.uid, label)
        #expect(owner.cgroup == world.places[part]?.path, label)
        #expect(party.how.map(expected.how.contains) == true, label)
        #expect(owner.origin.map(expected.origins.contains) == true, label)
    }
}
