import LinuxSystem
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// Processes in cgroups, and what their sockets send and receive.
@Suite("Cgroup traffic", .requiresRoot)
struct CgroupTrafficTests {
    /// A policy that drops UDP to some ports, both ways.
    private static func text(_ name: String, _ cgroup: TestCgroup, dropping port: Int) -> String {
        """
        version: 1
        name: \(name)
        filters:
          both:
            default: pass
            rules:
              - { name: blocked, match: { proto: udp, dport: \(port) }, action: drop }
              - { name: tcp, match: { proto: tcp, dport: \(port) }, action: drop }
        attach:
          - { cgroup: \(cgroup.path), ingress: both, egress: both }
        """
    }

    private static func statistics(_ cgroup: TestCgroup, _ hook: Hook) throws -> Statistics {
        let point = try AttachTarget(cgroup: cgroup.path, hook: hook).point
        let found = try Observation.now().attachments.first { $0.point == point }
        return try Statistics(reading: #require(found))
    }

    /// Whether a process of a cgroup may send a datagram, as a shell does.
    private static func sends(
        _ cgroup: TestCgroup, to address: String, port: Int
    ) throws -> Bool {
        let script = "echo -n netctl 2>/dev/null >/dev/udp/\(address)/\(port)"
        let result = try cgroup.run(["bash", "-c", script])
        return result.status == 0
    }

    @Test(
        "a process sends what is allowed and gets EPERM for the rest; children inherit it",
        arguments: Wire.Family.allCases)
    func processes(family: Wire.Family) async throws {
        try await withSandbox {
            let wire = try Wire(family)
            try withCgroup { cgroup in
                let child = try cgroup.child("child")
                try apply(Self.text("edge", cgroup, dropping: 4001))
                for place in [cgroup, child] {
                    #expect(try Self.sends(place, to: wire.friend, port: 4000))
                    #expect(try !Self.sends(place, to: wire.friend, port: 4001))
                }
                let said = try child.run(
                    ["bash", "-c", "echo x >/dev/udp/\(wire.friend)/4001"])
                #expect(said.stderr.contains("Operation not permitted"))
                // A process elsewhere is not concerned.
                #expect(
                    try run(["bash", "-c", "echo -n netctl >/dev/udp/\(wire.friend)/4001"]).status
                        == 0)

                let statistics = try Self.statistics(cgroup, .cgroupEgress)
                let each = wire.frameBytes(payload: 6) - 14
                #expect(
                    statistics.count(rule: "blocked")
                        == Count(packets: 3, bytes: 2 * each + each - 4))
                #expect(statistics.count(.pass) == Count(packets: 2, bytes: 2 * each))
                #expect(statistics.explained == statistics.seen)
            }
        }
    }

    @Test(
        "a socket of the cgroup receives what is allowed, a child's too",
        arguments: Wire.Family.allCases)
    func receiving(family: Wire.Family) async throws {
        try await withSandbox {
            let wire = try Wire(family)
            try withCgroup { cgroup in
                let child = try cgroup.child("child")
                try apply(Self.text("edge", cgroup, dropping: 4001))
                for place in [cgroup, child] {
                    let service = try UDPSocket(bound: wire.server, port: 4000, in: place)
                    let blocked = try UDPSocket(bound: wire.server, port: 4001, in: place)
                    try wire.pair.onFar {
                        let friend = try UDPSocket(bound: wire.friend)
                        try friend.send(20, to: wire.server, port: 4001)
                        try friend.send(20, to: wire.server, port: 4000)
                    }
                    #expect(service.receive(exactly: 20) == 20)
                    #expect(blocked.receive(expecting: 1) == 0)
                }
                let statistics = try Self.statistics(cgroup, .cgroupIngress)
                let each = wire.frameBytes(payload: 6) - 14
                let exact = Count(packets: 40, bytes: 40 * each)
                #expect(statistics.count(rule: "blocked") == exact)
                #expect(statistics.count(.drop) == exact)
                #expect(statistics.count(.pass) == exact)
            }
        }
    }

    @Test("TCP of a process: refused where the handshake is dropped, else it comes through")
    func streams() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                try apply(Self.text("edge", cgroup, dropping: 4001))
                // Nobody listens: an allowed SYN is answered at once, by a reset.
                let refused = try cgroup.run(
                    ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/4000"])
                #expect(refused.stderr.contains("Connection refused"), "\(refused)")
                let dropped = try cgroup.run(
                    ["timeout", "-s", "KILL", "2", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/4001"])
                #expect(dropped.status != 0)
                #expect(!dropped.stderr.contains("Connection refused"), "\(dropped)")
                let statistics = try Self.statistics(cgroup, .cgroupEgress)
                #expect(statistics.packets(.drop) >= 1)
                #expect(statistics.count(rule: "tcp") == statistics.count(.drop))
            }
        }
    }

    @Test("parent and child both attached: both apply, each counts everything")
    func bothApply() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            try withCgroup { parent in
                let child = try parent.child("child")
                try apply(Self.text("above", parent, dropping: 4001))
                try apply(Self.text("below", child, dropping: 4002))
                func refused(_ place: TestCgroup, _ port: UInt16) throws -> Int {
                    try UDPSocket(bound: wire.server, in: place)
                        .offer(10, to: wire.friend, port: port)
                }
                for (port, counts): (UInt16, (Int, Int)) in [
                    (4000, (0, 0)), (4001, (10, 10)), (4002, (0, 10)),
                ] {
                    #expect(try refused(parent, port) == counts.0, "\(port)")
                    #expect(try refused(child, port) == counts.1, "\(port)")
                }
                let above = try Self.statistics(parent, .cgroupEgress)
                let below = try Self.statistics(child, .cgroupEgress)
                #expect(above.seen.packets == 60)
                #expect(above.packets(.drop) == 20)
                #expect(below.seen.packets == 30)
                #expect(below.packets(.drop) == 10)
                // The child's chain has both, its own first.
                #expect(
                    below.attachment.chain == [
                        below.attachment.programID, above.attachment.programID,
                    ])
                #expect(above.attachment.chain == [above.attachment.programID])
                try Reconciler().detach([above.attachment.point])
                #expect(try refused(child, 4001) == 0)
                #expect(try refused(child, 4002) == 10)
            }
        }
    }
}
