import LinuxSystem
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// A wire whose near end, or the sockets there, are judged on one hook: what comes from the friend and
/// the threat at the far end, or on an egress hook what goes to them.
struct HookTraffic: Sendable {
    let wire: Wire
    let way: LiveHook
    /// Whose sockets the near ones are, on a cgroup's hook.
    let cgroup: TestCgroup?

    /// Datagrams on their way at once: fewer than the 256 that a veth ring holds, and than fit a
    /// socket's buffer (49 behind native XDP on Linux 6.1), so that nobody but netctl drops any.
    static let burst = 40

    /// What became of datagrams.
    struct Outcome: Equatable {
        /// How many came.
        var received = 0
        /// How many the sender was refused (`EPERM`), which a cgroup's egress does.
        var refused = 0
    }

    /// Where the hook is.
    func target() throws -> AttachTarget {
        if let cgroup { return try AttachTarget(cgroup: cgroup.path, hook: way.hook) }
        return try AttachTarget(
            interface: wire.pair.near.name, netns: nil, hook: way.hook, mode: way.mode)
    }

    /// Attaches there.
    func attach() throws { _ = try Reconciler().attach(target()) }

    /// What is counted there.
    func statistics() throws -> Statistics {
        let point = try target().point
        let found = try Observation.now().attachments.first { $0.point == point }
        let attachment = try #require(found)
        #expect(attachment.record.mode == way.mode)
        return try Statistics(reading: attachment)
    }

    /// What the hook counts for so many datagrams.
    func count(_ packets: Int, payload: Int = 6) -> Count {
        let each = wire.frameBytes(payload: payload) - way.hiddenBytes
        return Count(packets: UInt64(packets), bytes: UInt64(packets) * each)
    }

    /// A socket that sends and receives at the near end.
    func near(port: UInt16) throws -> UDPSocket {
        try UDPSocket(bound: wire.server, port: port, in: cgroup)
    }

    /// Sends `count` datagrams from or to the friend, and as many from or to the threat, between the
    /// same ports.
    ///
    /// - Returns: How many of the friend's came, and of both were refused. Fewer are sent when one of
    ///   the friend's does not come; none of the threat's may.
    func exchange(_ count: Int, port: UInt16 = Wire.servicePort) throws -> Outcome {
        let near = try near(port: port)
        return try wire.pair.onFar {
            let friend = try UDPSocket(bound: wire.friend, port: port)
            let threat = try UDPSocket(bound: wire.threat, port: port)
            var outcome = Outcome()
            var sent = 0
            while sent < count, outcome.received == sent {
                let now = min(Self.burst / 2, count - sent)
                if way.isEgress {
                    outcome.refused += try near.offer(now, to: wire.threat, port: port)
                    outcome.refused += try near.offer(now, to: wire.friend, port: port)
                    sent += now
                    outcome.received += friend.receive(
                        expecting: sent - outcome.received, quiet: .seconds(5))
                } else {
                    try threat.send(now, to: wire.server, port: port)
                    try friend.send(now, to: wire.server, port: port)
                    sent += now
                    outcome.received += near.receive(
                        expecting: sent - outcome.received, quiet: .seconds(5))
                }
            }
            let late = way.isEgress ? threat.receive(expecting: 1) : near.receive(expecting: 1)
            outcome.received += late
            return outcome
        }
    }

    /// Sends `count` datagrams, a burst at most, from or to the friend.
    ///
    /// - Returns: How many came, at most `expected + 1`, and were refused.
    func send(_ count: Int, port: UInt16, expecting expected: Int) throws -> Outcome {
        let near = try near(port: port)
        return try wire.pair.onFar {
            let friend = try UDPSocket(bound: wire.friend, port: port)
            var outcome = Outcome()
            if way.isEgress {
                outcome.refused = try near.offer(count, to: wire.friend, port: port)
                outcome.received = friend.receive(exactly: expected)
            } else {
                try friend.send(count, to: wire.server, port: port)
                outcome.received = near.receive(exactly: expected)
            }
            return outcome
        }
    }
}

/// Runs a test's body in a sandbox, with a wire and what the hook needs.
func withTraffic(
    _ way: LiveHook, _ family: Wire.Family, mtu: UInt32 = 1500,
    _ body: @Sendable @escaping (HookTraffic) async throws -> Void
) async throws {
    try await withSandbox {
        let wire = try Wire(family, mtu: mtu)
        guard way.hook.place == .cgroup else {
            return try await body(HookTraffic(wire: wire, way: way, cgroup: nil))
        }
        try await withCgroup { cgroup in
            try await body(HookTraffic(wire: wire, way: way, cgroup: cgroup))
        }
    }
}
