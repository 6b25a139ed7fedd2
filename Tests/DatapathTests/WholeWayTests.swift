import LinuxSystem
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// One policy on every hook at once: a packet meets them in order, and what one drops no later one
/// sees.
@Suite("The whole way", .requiresRoot)
struct WholeWayTests {
    /// The six kinds of packet, by their port; each hook drops one, and nobody the last.
    private enum Kind: UInt16, CaseIterable {
        case xdp = 4001
        case tcIngress, cgroupIngress, cgroupEgress, tcEgress, passing

        var isOut: Bool { self == .cgroupEgress || self == .tcEgress }

        /// How many go from the far end to the near one and, of the last kind, as many back.
        var count: Int {
            switch self {
            case .xdp: 2000
            case .tcIngress: 1900
            case .cgroupIngress: 1800
            case .cgroupEgress: 1700
            case .tcEgress: 1600
            case .passing: 500
            }
        }
    }

    /// Rules for every kind, that all packets be accounted for by name.
    private static func filter(_ name: String, dropping kind: Kind) -> String {
        let rules = Kind.allCases.map { each in
            "      - { name: p\(each.rawValue), match: { proto: udp, dport: \(each.rawValue) }, "
                + "action: \(each == kind ? "drop" : "pass") }\n"
        }
        return "  \(name):\n    default: pass\n    rules:\n" + rules.joined()
    }

    private static func text(_ cgroup: TestCgroup, tc: String, xdp: String) -> String {
        """
        version: 1
        name: edge
        filters:
        \(filter("at-xdp", dropping: .xdp))\
        \(filter("at-tc-ingress", dropping: .tcIngress))\
        \(filter("at-tc-egress", dropping: .tcEgress))\
        \(filter("at-ingress", dropping: .cgroupIngress))\
        \(filter("at-egress", dropping: .cgroupEgress))
        devices:
          list:
            default: allow
            rules:
              - { name: full, deny: "c 1:7 rwm" }
        attach:
          - { interface: near0, mode: \(xdp), tc: \(tc), xdp: at-xdp, tc-ingress: at-tc-ingress,
              tc-egress: at-tc-egress }
          - { cgroup: \(cgroup.path), ingress: at-ingress, egress: at-egress, device: list }
        """
    }

    @Test(
        "10,000 packets of six kinds: every hook's counters add up, none counts what another dropped",
        arguments: [("auto", "xdpgeneric"), ("clsact", "xdpdrv")], Wire.Family.allCases)
    func everyHook(modes: (tc: String, xdp: String), family: Wire.Family) async throws {
        try await withSandbox {
            let wire = try Wire(family)
            try withCgroup { cgroup in
                let text = Self.text(cgroup, tc: modes.tc, xdp: modes.xdp)
                #expect(try apply(text).count == 6)
                #expect(try apply(text) == [])
                var received: [Kind: Int] = [:]
                var refused = 0
                for kind in Kind.allCases {
                    let sent = try Self.exchange(kind, wire, cgroup)
                    received[kind] = sent.received
                    refused += sent.refused
                }
                #expect(received.filter { $0.value != 0 } == [.passing: 1000])
                #expect(refused == Kind.cgroupEgress.count)
                for _ in 0..<10 {
                    #expect(try cgroup.run(["sh", "-c", "true </dev/zero"]).status == 0)
                    #expect(try cgroup.run(["sh", "-c", "true </dev/full"]).status != 0)
                }
                try Self.expectCounts(wire)
                let observation = try Observation.now()
                #expect(observation.attachments.count == 6)
                #expect(observation.problems.isEmpty)
                #expect(try Reconciler().detachAll().attachments == 6)
            }
        }
    }

    /// Sends all of a kind, a burst at a time; answers how many came, and were refused.
    private static func exchange(
        _ kind: Kind, _ wire: Wire, _ cgroup: TestCgroup
    ) throws -> HookTraffic.Outcome {
        let port = kind.rawValue
        let near = try UDPSocket(bound: wire.server, port: port, in: cgroup)
        return try wire.pair.onFar {
            let far = try UDPSocket(bound: wire.friend, port: port)
            var outcome = HookTraffic.Outcome()
            var left = kind.count
            while left > 0 {
                let now = min(HookTraffic.burst, left)
                left -= now
                if kind.isOut || kind == .passing {
                    outcome.refused += try near.offer(now, to: wire.friend, port: port)
                }
                if !kind.isOut { try far.send(now, to: wire.server, port: port) }
                guard kind == .passing else { continue }
                outcome.received += near.receive(expecting: now, quiet: .seconds(5))
                outcome.received += far.receive(expecting: now, quiet: .seconds(5))
            }
            outcome.received += near.receive(expecting: 1) + far.receive(expecting: 1)
            return outcome
        }
    }

    private static func expectCounts(_ wire: Wire) throws {
        // The hooks in the order in which packets meet them, and what each of them drops.
        let inwards: [(Hook, Kind)] = [
            (.xdp, .xdp), (.tcIngress, .tcIngress), (.cgroupIngress, .cgroupIngress),
        ]
        let outwards: [(Hook, Kind)] = [(.cgroupEgress, .cgroupEgress), (.tcEgress, .tcEgress)]
        for way in [inwards, outwards] {
            // What nobody has dropped yet.
            var left = way.map(\.1) + [.passing]
            for (hook, kind) in way {
                let attachment = try #require(
                    try Observation.now().attachments.first { $0.point.hook == hook })
                let statistics = try Statistics(reading: attachment)
                let each = wire.frameBytes(payload: 6) - (hook.place == .cgroup ? 14 : 0)
                func count(_ kinds: [Kind]) -> Count {
                    let packets = UInt64(kinds.map(\.count).reduce(0, +))
                    return Count(packets: packets, bytes: packets * each)
                }
                for known in Kind.allCases {
                    #expect(
                        statistics.count(rule: "p\(known.rawValue)")
                            == (left.contains(known) ? count([known]) : .zero),
                        "\(hook) \(known)")
                }
                #expect(statistics.count(.drop) == count([kind]), "\(hook)")
                #expect(statistics.count(.rule) == count(left), "\(hook)")
                #expect(statistics.explained == statistics.seen, "\(hook)")
                if hook.place == .cgroup { #expect(statistics.seen == count(left), "\(hook)") }
                left.removeAll { $0 == kind }
            }
        }
        let devices = try #require(
            try Observation.now().attachments.first { $0.point.hook == .cgroupDevice })
        let statistics = try Statistics(reading: devices)
        #expect(statistics.count(rule: "full").packets == 10)
        #expect(statistics.packets(.drop) == 10)
        #expect(statistics.packets(.pass) == 10)
    }
}
