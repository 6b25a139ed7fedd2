import Foundation
import LinuxSystem
import NetctlABI
import Policy
import PolicyCompiler
import Statistics
import SystemPackage
import TestSupport
import Testing

@testable import Datapath

/// Applies that are killed at random moments while packets come. `NETCTL_KILLED_APPLIES=1000` makes a
/// thousand of them, `NETCTL_FUZZ_SEED` others.
@Suite("Killed under traffic", .requiresRoot)
struct KilledApplyTests {
    private static let ways = [LiveHook.xdpdrv, .egressByTCX, .cgroupIngress].filter(
        LiveHook.all.contains)
    private static let rounds = (number("NETCTL_KILLED_APPLIES") ?? 15) / ways.count + 1

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    /// Drops canaries, and has a rule of its own for the service.
    private static func text(_ rule: String, _ way: LiveHook) -> String {
        """
        version: 1
        name: edge
        filters:
          \(way.filterName):
            default: pass
            rules:
              - { name: canary, match: { proto: udp, dport: 4001 }, action: drop }
              - { name: \(rule), match: { proto: udp, dport: 4000 }, action: pass }
        """
    }

    @Test(
        "counters add up exactly, no packet meets no policy, nothing is left over", arguments: ways)
    func storm(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            let directory = try TemporaryDirectory()
            let files = try ["b", "a"].map {
                try directory.write(Self.text($0, way), to: "\($0).yaml")
            }
            try traffic.attach()
            try apply(Self.text("a", way))
            let flood = CanaryFlood(traffic)
            async let sent = flood.run()
            var random = SeededRandom(seed: UInt64(Self.number("NETCTL_FUZZ_SEED") ?? 1))
            var longest = 0.3
            var killed = 0
            for round in 0..<Self.rounds {
                let command = [Netctl.besideTests, "apply", files[round % 2]]
                let result: CommandResult
                if round % 2 == 0 {
                    let seconds = Double.random(in: 0.001...longest, using: &random)
                    let limit = String(format: "%.3f", seconds)
                    result = try run(["timeout", "-s", "KILL", limit] + command)
                    // Half of the moments should fall into an apply, whatever else the machine does.
                    longest *= result.status == 0 ? 0.9 : 1.1
                } else {
                    let place = Failpoint.allCases.randomElement(using: &random) ?? .storeActive
                    result = try run(command, environment: ["NETCTL_FAILPOINT": place.rawValue])
                }
                if result.status != 0 {
                    killed += 1
                    #expect(result.status == 128 + SIGKILL, "round \(round): \(result)")
                }
                await Task.yield()
            }
            try apply(Self.text("c", way))
            flood.stop()
            let result = try await sent
            let statistics = try traffic.statistics()
            print("\(way): \(Self.rounds) applies, \(killed) killed, \(2 * result.sent) packets")
            #expect(result.sent > 20)
            #expect(result.received == result.sent)
            #expect(result.canaries == 0)
            #expect(statistics.count(rule: "canary") == traffic.count(result.sent))
            #expect(statistics.count(.drop) == traffic.count(result.sent))
            #expect(statistics.count(.rule) == traffic.count(2 * result.sent))
            #expect(statistics.explained == statistics.seen)

            #expect(try Observation.now().problems.isEmpty)
            let root = try #require(try PinRoot.existing())
            let pins = root.pins(of: try traffic.target().point)
            let names = try Directory.entries(at: pins.folder.string)
            // What is in force and what one can go back to.
            #expect(names.filter { $0.hasPrefix("body-") }.count == 2, "\(names)")
            let journal = try Journal.current(in: root)
            #expect(journal.map { "\($0.state)" } == nil)
            #expect(try Reconciler().detachAll().attachments == 1)
            #expect(try PinRoot.existing() == nil)
        }
    }
}
