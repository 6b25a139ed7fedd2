import Foundation
import LinuxSystem
import TestSupport
import Testing

@testable import Tracing

/// What the kernel drops, why, and whose it was, while the context is on: over a veth pair whose far end
/// is in another network namespace.
@Suite("Whose drop", .requiresRoot, .serialized)
struct DropScenarioTests {
    /// Who is named.
    enum End: Sendable {
        case sender, receiver, nobody
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        /// A hook of the near end where a policy drops everything that is IP.
        var policy: String?
        /// Steps in the far namespace.
        var server: String?
        /// Steps in the near namespace; PORT is the server's port, NEAR and FAR are addresses.
        let client: String
        /// The reason's name; nil: nothing may be remembered of it.
        let reason: String
        let named: End
        /// The reason's name on kernels before Linux 6.11 comes without a receiver.
        var needsReceiver = false

        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "no ARP reply", client: "udp4 send 10.77.0.99 9 cookie client wait",
            reason: "NEIGH_FAILED", named: .sender),
        Row(
            name: "no neighbour, IPv6: the kernel gives no reason",
            client: "udp6 send fd00:77::99 9 cookie client wait",
            reason: "NEIGH_FAILED", named: .sender),
        Row(
            name: "a receive buffer is full",
            server: "udp4 rcvbuf 2304 bind FAR 0 cookie server wait",
            client: "udp4 flood 30 FAR PORT cookie client wait", reason: "SOCKET_RCVBUFF",
            named: .receiver, needsReceiver: true),
        Row(
            name: "a receive buffer is full, IPv6",
            server: "udp6 rcvbuf 2304 bind FAR6 0 cookie server wait",
            client: "udp6 flood 30 FAR6 PORT cookie client wait", reason: "SOCKET_RCVBUFF",
            named: .receiver, needsReceiver: true),
        Row(
            name: "nobody listens, UDP", client: "udp4 send FAR 9 cookie client wait",
            reason: "NO_SOCKET", named: .nobody),
        Row(
            name: "nobody listens, TCP", client: "tcp4 connect FAR 9 cookie client wait",
            reason: "NO_SOCKET", named: .nobody),
        Row(
            name: "a policy on TC egress",
            policy: "tc-egress",
            client: "udp4 send FAR 9 cookie client wait", reason: "TC_EGRESS", named: .sender),
        Row(
            name: "a policy on TC ingress: the packet still carries its sender",
            policy: "tc-ingress",
            server: "udp4 bind FAR 0 cookie server send NEAR 9 wait",
            client: "udp4 cookie client wait", reason: "TC_INGRESS", named: .receiver),
    ]

    @Test(arguments: rows) func owner(row: Row) async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            try withCgroup { cgroup in try Self.play(row, pair, cgroup) }
        }
    }

    private static func play(_ row: Row, _ pair: VethPair, _ cgroup: TestCgroup) throws {
        func filled(_ text: String, port: UInt16 = 9) -> String {
            text.replacing("FAR6", with: pair.far.ipv6).replacing("FAR", with: pair.far.ipv4)
                .replacing("NEAR", with: pair.near.ipv4).replacing("DEV", with: pair.near.name)
                .replacing("PORT", with: "\(port)")
        }
        // An answer that does not come is given up after 100 ms.
        for family in ["ipv4", "ipv6"] {
            let folder = "/proc/sys/net/\(family)/neigh/\(pair.near.name)"
            try runChecked([
                "sh", "-c", "echo 1 >\(folder)/mcast_solicit; echo 100 >\(folder)/retrans_time_ms",
            ])
        }
        if let hook = row.policy { try Self.dropAll(on: hook, of: pair.near.name) }
        #expect(try ContextSwitch.turnOn(trackingUsers: false) { _ in })
        defer { _ = try? ContextSwitch.turnOff { _ in } }
        let server = try row.server.map { steps in
            try pair.onFar { try Scene("comm srv " + filled(steps), in: cgroup.child("server")) }
        }
        let port = try server.map { try $0.socket("server").port } ?? 9
        let client = try Scene(
            "comm cli " + filled(row.client, port: port), in: cgroup.child("client"))
        let context = try SocketContext.open()
        let cookies = (
            sender: try client.socket("client").cookie,
            receiver: try server?.socket("server").cookie
        )
        let wanted = try dropReason(row.reason)
        // Others may play the same in namespaces of their own.
        let own = [try NetworkNamespace.current.inode, pair.farNamespace.inode, 0]
        var found: DropRecord?
        for _ in 0..<600 where found == nil {
            found = try context.drops().first {
                $0.reason == wanted && own.contains($0.netns)
                    && [
                        pair.far.ipv4, pair.far.ipv6, pair.near.ipv4, "10.77.0.99",
                        "fd00:77::99",
                    ].contains("\($0.destination.address)")
            }
            if found == nil { usleep(10_000) }
        }
        let drop = try #require(found, "\(row.reason) was not seen")
        #expect(drop.count > 0)
        switch row.named {
        case .sender: #expect(drop.cookie == cookies.sender)
        case .receiver:
            // Before Linux 6.11 the kernel does not say which socket it was.
            if row.needsReceiver, !(try Self.namesReceiver(context)) {
                #expect([0, cookies.sender, cookies.receiver].contains(drop.cookie))
            } else {
                #expect(drop.cookie == cookies.receiver)
            }
        case .nobody: #expect(drop.cookie == 0 || drop.cookie == cookies.sender)
        }
        // Whoever is named is the one.
        if let record = try context.record(of: drop.cookie) {
            let teller = record.cookie == cookies.sender ? client : server
            let word = record.cookie == cookies.sender ? "client" : "server"
            #expect(record.owner.pid == (try teller?.socket(word).pid))
            #expect(record.owner.comm == (word == "client" ? "cli" : "srv"))
        }
    }

    private static func dropAll(on hook: String, of interface: String) throws {
        let directory = try TemporaryDirectory()
        let policy = try directory.write(
            """
            version: 1
            name: all
            filters: { all: { default: drop } }
            attach: [{ interface: \(interface), \(hook): all }]
            """, to: "all.yaml")
        try runChecked([Netctl.path, "apply", policy])
    }

    private static func namesReceiver(_ context: SocketContext) throws -> Bool {
        try context.drops().contains { $0.isReceiver }
    }

    @Test func `retransmissions, and the reset of a connection that is refused`() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            try withCgroup { cgroup in
                #expect(try ContextSwitch.turnOn(trackingUsers: false) { _ in })
                defer { _ = try? ContextSwitch.turnOff { _ in } }
                let refused = try Scene(
                    "comm cli tcp4 connect \(pair.far.ipv4) 9 cookie client wait", in: cgroup)
                let context = try SocketContext.open()
                let record = try #require(try context.record(of: refused.socket("client").cookie))
                #expect(record.wasReset && !record.hasReset)
                #expect(record.local.port != 0)
                // Not dropped on this side: older kernels tell of no retransmission that never leaves.
                try pair.onFar {
                    _ = try runChecked([
                        "ip", "address", "del", "\(pair.far.ipv4)/24", "dev", pair.far.name,
                    ])
                }
                let silent = try Scene(
                    "comm cli tcp4 nowait connect \(pair.far.ipv4) 9 cookie client wait", in: cgroup
                )
                let cookie = try silent.socket("client").cookie
                for _ in 0..<1000 {
                    if try context.record(of: cookie)?.retransmits ?? 0 > 0 { break }
                    usleep(10_000)
                }
                let waiting = try #require(try context.record(of: cookie))
                #expect(waiting.retransmits > 0)
                #expect(waiting.state == .synSent)
            }
        }
    }
}
