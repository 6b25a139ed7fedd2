import LinuxSystem
import Policy
import PolicyCompiler
import Statistics
import SystemPackage
import TestSupport
import Testing

@testable import Datapath

/// Packets that are not as simple as a datagram's: headers in fragments of the skb, offloaded ones,
/// VLAN tags beside the frame, no link layer.
@Suite("Live frames", .requiresRoot)
struct LiveFrameTests {
    private static func text(_ way: LiveHook, _ rules: String...) -> String {
        """
        version: 1
        name: edge
        filters:
          \(way.filterName):
            default: pass
            rules:
        \(rules.map { "      - \($0)\n" }.joined())
        """
    }

    /// Puts frames through the hook, in its direction. That one is dropped on its way out is told to
    /// the sender (`ENOBUFS`).
    private static func send(_ frame: [UInt8], _ count: Int, _ traffic: HookTraffic) throws {
        let pair = traffic.wire.pair
        if traffic.way.isEgress {
            let socket = try FrameSocket(interface: pair.near.name)
            for _ in 0..<count {
                do {
                    try socket.send(frame)
                } catch let error as SystemError where error.errno == .noBufferSpace {
                    continue
                }
            }
        } else {
            try pair.onFar { try FrameSocket(interface: pair.far.name).send(frame, count: count) }
        }
    }

    // MARK: Headers behind the linear part

    /// A packet socket puts all behind the Ethernet header of a frame over a page into fragments.
    @Test("headers in fragments of the skb are read", arguments: LiveHook.tc, Wire.Family.allCases)
    func fragments(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family, mtu: 9000) { traffic in
            try traffic.attach()
            let (source, destination) =
                family == .ipv4 ? ("198.51.100.1", "198.51.100.2") : ("2001:db8::1", "2001:db8::2")
            try apply(
                Self.text(
                    way,
                    "{ name: exact, match: { src: \"\(source)\", dst: \"\(destination)\", proto: udp, "
                        + "sport: 9, dport: 4001, length: 6000-6100 }, action: drop }",
                    "{ name: other, match: { proto: udp, dport: 4002 }, action: drop }",
                    "{ name: opened, match: { proto: tcp, tcp-flags: \"syn,!ack\" }, action: drop }"
                ))
            let payload = [UInt8](repeating: 1, count: 6000)
            let network =
                family == .ipv4
                ? Packet.ethernet().ipv4(src: source, dst: destination)
                : Packet.ethernet().ipv6(src: source, dst: destination)
            let frames = [
                network.udp(sport: 9, dport: 4001, payload: payload),
                network.udp(sport: 9, dport: 4002, payload: payload),
                network.tcp(sport: 9, dport: 4001, flags: .syn, payload: payload),
                network.udp(sport: 9, dport: 4003, payload: payload),
            ].map(\.bytes)
            for frame in frames { try Self.send(frame, 10, traffic) }
            let statistics = try traffic.statistics()
            for (rule, frame) in zip(["exact", "other", "opened"], frames) {
                let count = Count(packets: 10, bytes: UInt64(10 * frame.count))
                #expect(statistics.count(rule: rule) == count, "\(rule)")
            }
            #expect(statistics.packets(.drop) == 30)
            #expect(statistics.count(.truncated) == .zero)
            #expect(statistics.count(.malformed) == .zero)
            #expect(statistics.explained == statistics.seen)
        }
    }

    // MARK: An Ethernet header out of reach

    /// The kernel copies what generic XDP is to see and, seen on 6.18, forgets on the way how long
    /// the Ethernet header is: TC programs get the packet without it.
    @Test(
        "behind generic XDP, TC ingress judges and counts as without it",
        arguments: LiveHook.tc.filter { !$0.isEgress }, Wire.Family.allCases)
    func behindGenericXDP(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            let xdp = HookTraffic(wire: traffic.wire, way: .xdpgeneric, cgroup: nil)
            try xdp.attach()
            try traffic.attach()
            // No policy yet: the stub counts. A router solicitation may come between two looks.
            let stubs = try (0..<5).contains { _ in
                let before = try (traffic.statistics().seen, xdp.statistics().seen)
                #expect(try traffic.send(20, port: 4000, expecting: 20).received == 20)
                let after = try (traffic.statistics().seen, xdp.statistics().seen)
                return after.0 &- before.0 == traffic.count(20)
                    && after.1 &- before.1 == traffic.count(20)
            }
            #expect(stubs)
            let rule =
                "{ name: threat, match: { src: \"\(traffic.wire.threat)\", dport: 4000 }, action: drop }"
            let odds =
                "{ name: odd, match: { src: 8.0.69.0, proto: udp, dport: 9 }, action: count }"
            let entry = "{ interface: near0, tc-ingress: inbound }"
            try apply(Self.text(way, rule, odds) + "attach:\n  - \(entry)\n")
            #expect(try traffic.exchange(200).received == 200)
            // Its first bytes are like the type of an Ethernet frame where one would look for it.
            let odd = Packet.ethernet().ipv4(src: "8.0.69.0", dst: "198.51.100.2").udp(dport: 9)
                .bytes
            try Self.send(odd, 10, traffic)
            let statistics = try traffic.statistics()
            let exact = Count(packets: 10, bytes: UInt64(10 * odd.count))
            #expect(statistics.count(rule: "odd") == exact)
            #expect(statistics.count(rule: "threat") == traffic.count(200))
            #expect(statistics.count(.drop) == traffic.count(200))
            #expect(statistics.count(.malformed) == .zero)
            #expect(statistics.count(.truncated) == .zero)
            #expect(statistics.explained == statistics.seen)
        }
    }

    // MARK: Offloaded packets

    @Test(
        "a datagram of several segments counts once, with its full length",
        arguments: LiveHook.all.filter { $0.hook != .xdp }, Wire.Family.allCases)
    func segments(way: LiveHook, family: Wire.Family) async throws {
        try await withTraffic(way, family) { traffic in
            try traffic.attach()
            try apply(
                Self.text(
                    way, "{ name: service, match: { proto: udp, dport: 4000 }, action: count }",
                    "{ name: pair, match: { \(traffic.way.remote): \"\(traffic.wire.friend)\", "
                        + "proto: udp, sport: 4000, dport: 4000 }, action: pass }"))
            let payload = [UInt8](repeating: 1, count: 10 * 1200)
            let near = try traffic.near(port: 4000)
            let received = try traffic.wire.pair.onFar {
                let friend = try UDPSocket(bound: traffic.wire.friend, port: 4000)
                func send(_ socket: borrowing UDPSocket, to address: String) throws {
                    try socket.segment(by: 1200)
                    try socket.send(5, to: address, port: 4000, payload: payload)
                }
                if way.isEgress {
                    try send(near, to: traffic.wire.friend)
                    return friend.receive(exactly: 50)
                }
                try send(friend, to: traffic.wire.server)
                return near.receive(exactly: 50)
            }
            #expect(received == 50)
            let statistics = try traffic.statistics()
            // The stack takes a packet apart before it hands it to a socket.
            let expected =
                way.hook == .cgroupIngress
                ? traffic.count(50, payload: 1200) : traffic.count(5, payload: payload.count)
            #expect(statistics.count(rule: "service") == expected)
            #expect(statistics.count(rule: "pair") == expected)
            #expect(statistics.count(.malformed) == .zero)
            #expect(statistics.count(.truncated) == .zero)
            #expect(statistics.explained == statistics.seen)
        }
    }

    @Test("a large datagram on loopback", arguments: [LiveHook.cgroupIngress, .cgroupEgress])
    func largeDatagram(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            try traffic.attach()
            try apply(
                Self.text(
                    way, "{ name: service, match: { proto: udp, dport: 4000 }, action: count }",
                    "{ name: blocked, match: { proto: udp, dport: 4001 }, action: drop }"))
            let payload = [UInt8](repeating: 1, count: 60000)
            var came = 0
            for port: UInt16 in [4000, 4001] {
                // One of both is the cgroup's.
                let receiver = try UDPSocket(
                    bound: "127.0.0.1", port: port, in: way.isEgress ? nil : traffic.cgroup)
                let sender = try UDPSocket(
                    bound: "127.0.0.1", in: way.isEgress ? traffic.cgroup : nil)
                for _ in 0..<5 {
                    let refused = try sender.offer(
                        1, to: "127.0.0.1", port: port, payload: payload)
                    #expect(refused == (way.isEgress && port == 4001 ? 1 : 0))
                    let patience: Duration = port == 4000 ? .seconds(5) : .milliseconds(200)
                    if receiver.receive(within: patience) == payload { came += 1 }
                }
            }
            #expect(came == 5)
            let statistics = try traffic.statistics()
            let exact = Count(packets: 5, bytes: 5 * (20 + 8 + 60000))
            #expect(statistics.count(rule: "service") == exact)
            #expect(statistics.count(rule: "blocked") == exact)
            #expect(statistics.seen == Count(packets: 10, bytes: 2 * exact.bytes))
        }
    }

    // MARK: VLAN tags

    @Test(
        "vlan matches alike, whether the tag is in the frame or was taken out of it",
        arguments: LiveHook.tc + [.xdpgeneric, .xdpdrv])
    func tags(way: LiveHook) async throws {
        try await withTraffic(way, .ipv4) { traffic in
            try traffic.attach()
            try apply(
                Self.text(
                    way,
                    "{ name: inner, match: { vlan: 200, dport: 4000 }, action: drop }",
                    "{ name: outer, match: { vlan: 100, proto: udp, dport: 4000 }, action: drop }",
                    "{ name: none, match: { vlan: none, dport: 4000 }, action: drop }"))
            func frame(_ tags: UInt16...) -> [UInt8] {
                Packet.ethernet(vlan: tags)
                    .ipv4(src: "198.51.100.1", dst: "198.51.100.2")
                    .udp(dport: 4000, payload: Array("netctl".utf8)).bytes
            }
            for tags in [frame(), frame(100), frame(100, 200), frame(200), frame(300)] {
                try Self.send(tags, 10, traffic)
            }
            let statistics = try traffic.statistics()
            // A received frame's outermost tag is kept beside it, where no XDP program runs.
            let hidden = way.hook == .tcIngress ? 4 : 0
            func count(_ bytes: Int...) -> Count {
                Count(packets: UInt64(10 * bytes.count), bytes: UInt64(10 * bytes.reduce(0, +)))
            }
            let plain = frame().count
            #expect(statistics.count(rule: "none") == count(plain))
            #expect(
                statistics.count(rule: "outer") == count(plain + 4 - hidden, plain + 8 - hidden))
            #expect(statistics.count(rule: "inner") == count(plain + 4 - hidden))
            #expect(statistics.packets(.drop) == 40)
            #expect(statistics.explained == statistics.seen)
        }
    }

    // MARK: No link layer

    @Test(
        "an interface without a link layer: packets begin with their IP header",
        .enabled(if: TunDevice.isAvailable, "this kernel has no tun driver"), arguments: LiveHook.tc
    )
    func tun(way: LiveHook) async throws {
        try await withSandbox {
            let device = try TunDevice()
            try runChecked(["ip", "address", "add", "10.66.0.1/24", "dev", "tun0"])
            let target = try AttachTarget(
                interface: "tun0", netns: nil, hook: way.hook, mode: way.mode)
            _ = try Reconciler().attach(target)
            try apply(
                Self.text(
                    way, "{ name: blocked, match: { proto: udp, dport: 4001 }, action: drop }",
                    "{ name: service, match: { \(way.remote): 10.66.0.2, dport: 4000 }, "
                        + "action: pass }"))
            var came: [UInt16] = []
            for port: UInt16 in [4000, 4001] {
                if way.isEgress {
                    try UDPSocket(bound: "10.66.0.1").send(10, to: "10.66.0.2", port: port)
                    while let packet = device.receive(within: .milliseconds(200)) {
                        if packet[0] >> 4 == 4, packet[9] == 17 { came.append(port) }
                    }
                } else {
                    let receiver = try UDPSocket(bound: "10.66.0.1", port: port)
                    let packet = Packet.ipv4(src: "10.66.0.2", dst: "10.66.0.1")
                        .udp(sport: 9, dport: port, payload: Array("netctl".utf8)).bytes
                    for _ in 0..<10 { try device.send(packet) }
                    came += Array(repeating: port, count: receiver.receive(expecting: 11))
                }
            }
            #expect(came == Array(repeating: 4000, count: 10))
            let found = try #require(try Observation.now().attachments.first)
            let statistics = try Statistics(reading: found)
            let exact = Count(packets: 10, bytes: 10 * (20 + 8 + 6))
            #expect(statistics.count(rule: "blocked") == exact)
            #expect(statistics.count(rule: "service") == exact)
            #expect(statistics.count(.drop) == exact)
            #expect(statistics.explained == statistics.seen)
        }
    }
}
