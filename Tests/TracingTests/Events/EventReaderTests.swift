import BPF
import Glibc
import LinuxSystem
import NetTypes
import Policy
import PolicyCompiler
import SystemPackage
import TestSupport
import Testing

@testable import Tracing

/// Real programs, real packets, and what is told of them.
@Suite(.requiresRoot) struct EventReaderTests {
    /// A policy with a rule that drops and logs datagrams to port 9, one that logs once an hour, one that
    /// counts, one that only monitors, and one that logs nothing.
    private static let policy = """
        version: 1
        name: edge
        filters:
          inbound:
            default: pass
            rules:
              - { name: discard, match: { proto: udp, dport: 9 }, action: drop, log: true }
              - { name: rare, match: { proto: udp, dport: 10 }, action: drop, log: { every: 1h } }
              - { name: counted, match: { proto: udp, dport: [11, 12] }, action: count, log: true }
              - { name: quiet, match: { proto: udp, dport: 12 }, action: drop }
              - { name: watched, match: { proto: udp, dport: 13 }, action: drop, monitor: true }
        """

    /// Runs a body with netctl attached to the near end of a pair, the policy applied.
    private func withPair(
        _ hook: String = "xdp", _ body: @Sendable @escaping (VethPair) throws -> Void
    ) async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            try runChecked([Netctl.path, "attach", pair.near.name, "--hook", hook])
            let directory = try TemporaryDirectory()
            let file = try directory.write(Self.policy, to: "edge.yaml")
            try runChecked([Netctl.path, "apply", file])
            try body(pair)
            try runChecked([Netctl.path, "detach", "--all"])
        }
    }

    private func send(_ count: Int, to port: UInt16, from pair: VethPair) throws {
        try pair.onFar {
            try UDPSocket(bound: pair.far.ipv4, port: 4000).send(
                count, to: pair.near.ipv4, port: port)
        }
    }

    /// Only what the hooks of the test's own policy say: the machine drops packets all the time.
    private static var own: EventFilter {
        var filter = EventFilter()
        filter.hooks = Set(Hook.allCases.map(EventHook.hook))
        return filter
    }

    /// What came until the reading ended.
    private func end(_ reader: EventReader) throws -> [Event] {
        var events: [Event] = []
        try reader.finish { events.append($0) }
        return events
    }

    @Test(arguments: ["xdp", "tc-ingress"])
    func `an event says what was dropped, where and why`(hook: String) async throws {
        try await withPair(hook) { pair in
            let reader = try EventReader(Self.own)
            try send(1, to: 9, from: pair)
            let events = try end(reader)
            let event = try #require(events.first)
            #expect(events.count == 1)
            #expect(event.hook.description == hook)
            #expect(event.verdict == .drop && event.reason == "rule" && event.rule == "discard")
            #expect(event.policy == "edge" && event.interface == pair.near.name)
            #expect(event.source.address == IPAddress(pair.far.ipv4) && event.source.port == 4000)
            #expect(event.destination.address == IPAddress(pair.near.ipv4))
            #expect(event.destination.port == 9)
            // Ethernet, IPv4, UDP, "netctl".
            #expect(event.packet?.proto == .udp && event.packet?.length == 14 + 20 + 8 + 6)
            #expect(try reader.totals() == EventTotals(sent: 1))
        }
    }

    @Test func `an attached veth tells the sender's socket, and the look-up the receiver's`()
        async throws
    {
        try await withPair("tc-ingress") { pair in
            let receiver = try UDPSocket(bound: pair.near.ipv4, port: 9)
            let cookie = receiver.cookie
            let reader = try EventReader(Self.own)
            let sender = try pair.onFar {
                let socket = try UDPSocket(bound: pair.far.ipv4)
                try socket.send(to: pair.near.ipv4, port: 9)
                return socket.cookie
            }
            let event = try #require(try end(reader).first)
            #expect(event.source.cookie == sender && event.source.how == .skb)
            #expect(event.destination.cookie == cookie && event.destination.how == .lookup)
        }
    }

    @Test func `rules that count, monitor and log rarely`() async throws {
        try await withPair { pair in
            let reader = try EventReader(Self.own)
            try send(5, to: 10, from: pair)
            try send(1, to: 11, from: pair)
            try send(1, to: 12, from: pair)
            try send(1, to: 13, from: pair)
            let events = try end(reader)
            #expect(events.map(\.rule) == ["rare", "counted", "counted", "watched"])
            #expect(events.map(\.verdict) == [.drop, .pass, .drop, .pass])
            #expect(events.map(\.isCounted) == [false, true, true, false])
            #expect(events.last?.reason == "monitor")
            #expect(try reader.totals() == EventTotals(sent: 4, suppressed: 4))
        }
    }

    @Test func `what a rule has held back is told with its next event`() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            try runChecked([Netctl.path, "attach", pair.near.name])
            let directory = try TemporaryDirectory()
            let text = Self.policy.replacing("1h", with: "300ms")
            try runChecked([
                Netctl.path, "apply", directory.write(text, to: "edge.yaml"),
            ])
            let reader = try EventReader(Self.own)
            try send(8, to: 10, from: pair)
            usleep(400_000)
            try send(1, to: 10, from: pair)
            #expect(try end(reader).map(\.suppressed) == [0, 7])
            try runChecked([Netctl.path, "detach", "--all"])
        }
    }

    @Test func `every reader has its own events, limit and totals`() async throws {
        try await withPair { pair in
            let all = try EventReader(Self.own)
            var wanted = Self.own
            wanted.port = 9
            wanted.prefix = try IPPrefix("\(pair.far.ipv4)/32")
            var slow = EventSettings()
            slow.rate = 1
            let limited = try EventReader(wanted, slow)
            var elsewhere = Self.own
            elsewhere.prefix = try IPPrefix("192.0.2.0/24")
            let none = try EventReader(elsewhere)
            try send(20, to: 9, from: pair)
            try send(1, to: 11, from: pair)
            #expect(try end(all).count == 21)
            let few = try end(limited).count
            let totals = try limited.totals()
            #expect(few >= 1 && few < 20)
            #expect(totals.seen == 20 && totals.sent == UInt64(few))
            #expect(try end(none).isEmpty)
            #expect(try none.totals().seen == 0)
        }
    }

    @Test func `a sample is of all packets, whatever the rules say`() async throws {
        try await withPair { pair in
            var filter = Self.own
            filter.sample = 4
            filter.port = 12
            var settings = EventSettings()
            settings.rate = nil
            let reader = try EventReader(filter, settings)
            try send(40, to: 12, from: pair)
            let events = try end(reader)
            #expect(events.count == 10)
            #expect(events.allSatisfy { $0.destination.port == 12 })
        }
    }

    /// 200,000 packets while the reader sleeps: whatever it could not be told is counted.
    @Test func `shown, suppressed and lost are all that was`() async throws {
        try await withPair { pair in
            let body = try Self.body()
            let packet = Packet.ethernet().ipv4(
                src: IPv4Address("10.9.8.7")!, dst: IPv4Address("10.9.8.6")!
            ).udp(dport: 9).padded()
            for (rate, isLimited) in [(nil, false), (1000 as UInt32?, true)] {
                var settings = EventSettings()
                settings.bufferBytes = 1 << 16
                settings.rate = rate
                let reader = try EventReader(Self.own, settings)
                _ = try body.testRun(packet: packet, repeat: 200_000)
                var shown: UInt64 = 0
                try reader.finish { _ in shown += 1 }
                let totals = try reader.totals()
                #expect(totals.seen == 200_000)
                #expect(totals.sent == shown)
                #expect((totals.suppressed > 0) == isLimited)
                #expect(isLimited || totals.lost > 190_000)
            }
        }
    }

    /// The body of the policy in force.
    private static func body() throws -> Program {
        let root = "/sys/fs/bpf/netctl"
        let folder = try #require(
            try Directory.entries(at: root).first { $0.hasPrefix("xdp-") })
        let name = try #require(
            try Directory.entries(at: "\(root)/\(folder)").first { $0.hasPrefix("body-") })
        return try Program(pinned: FilePath("\(root)/\(folder)/\(name)"))
    }

    @Test func `a reader that is killed costs nothing any more, and the next one takes its place`()
        async throws
    {
        try await withPair { pair in
            func guardBits() throws -> UInt32 {
                let map = try Map(pinned: "/sys/fs/bpf/netctl/events/guard")
                // The first word.
                return try MapMemory(map, access: .readOnly).withUnsafeElement(at: 0) {
                    $0.load(as: UInt32.self)
                }
            }
            var killed = try BackgroundCommand([
                Netctl.path, "events", "--follow", "--port", "9", "-o", "json",
            ])
            for _ in 0..<300 where try guardBits() == 0 { usleep(50_000) }
            #expect(try guardBits() & 1 == 1)
            try send(1, to: 9, from: pair)
            try killed.waitForOutput("discard")
            killed.signal(SIGKILL)
            _ = try killed.wait()
            #expect(try guardBits() & 0xff == 0)
            let reader = try EventReader(Self.own)
            #expect(try guardBits() & 0xff == 1)
            try send(1, to: 9, from: pair)
            #expect(try end(reader).count == 1)
            #expect(try guardBits() & 0xff == 0)
        }
    }

    @Test func `drops of the kernel are told, also when nothing is attached`() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let inode = try NetworkNamespace.current.inode
            var filter = EventFilter()
            filter.netns = inode
            filter.port = 4711
            let reader = try EventReader(filter)
            try #require(reader.limits.isEmpty, "\(reader.limits)")
            try send(1, to: 4711, from: pair)
            let event = try #require(try end(reader).first)
            #expect(event.hook == .kernel && event.verdict == .drop && event.rule == nil)
            #expect(event.reason == "NO_SOCKET")
            #expect(event.destination.port == 4711 && event.source.port == 4000)
            #expect(event.interface == pair.near.name)
            #expect(event.netns?.inode == inode)
        }
    }

    @Test func `a drop of netctl's is not the kernel's as well`() async throws {
        try await withPair("tc-ingress") { pair in
            var filter = EventFilter()
            filter.netns = try NetworkNamespace.current.inode
            filter.showsBenign = true
            filter.prefix = try IPPrefix("\(pair.far.ipv4)/32")
            let readers = [try EventReader(filter), try EventReader(filter)]
            // Logged, and not logged.
            try send(1, to: 9, from: pair)
            try send(3, to: 12, from: pair)
            for reader in readers {
                let events = try end(reader)
                #expect(events.filter { $0.hook == .kernel }.isEmpty, "\(events)")
                #expect(events.filter { $0.hook == .hook(.tcIngress) }.count == 4)
            }
        }
    }

    @Test func `an attachment that comes later is seen`() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            let directory = try TemporaryDirectory()
            let file = try directory.write(Self.policy, to: "edge.yaml")
            let reader = try EventReader(Self.own)
            for _ in 0..<2 {
                try runChecked([Netctl.path, "attach", pair.near.name])
                try runChecked([Netctl.path, "apply", file])
                usleep(600_000)
                try reader.read { _ in Issue.record("there was nothing yet") }
                try send(2, to: 9, from: pair)
                var events: [Event] = []
                try reader.read { events.append($0) }
                #expect(events.map(\.rule) == ["discard", "discard"])
                try runChecked([Netctl.path, "detach", "--all"])
            }
            _ = try end(reader)
            #expect(try reader.totals() == EventTotals(sent: 4))
        }
    }

    @Test func `without BTF there are events, and it is said what is not`() async throws {
        try await withPair { pair in
            let reader = try EventReader(EventFilter(), EventSettings(), btf: "/nowhere")
            try send(1, to: 9, from: pair)
            let events = try end(reader).filter { $0.rule == "discard" }
            #expect(events.count == 1)
            #expect(events.first?.destination.cookie == 0)
        }
    }

    @Test func `headers are captured, and nothing of what they carry`() async throws {
        try await withPair { pair in
            var settings = EventSettings()
            settings.captureBytes = 256
            let reader = try EventReader(Self.own, settings)
            try send(1, to: 9, from: pair)
            let event = try #require(try end(reader).first)
            #expect(event.hasEthernet)
            #expect(event.bytes.count == 14 + 20 + 8)
            #expect(event.bytes.suffix(8).prefix(4) == [0x0f, 0xa0, 0, 9])
        }
    }

    @Test func `a process of a cgroup that asks for a device is named`() async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let directory = try TemporaryDirectory()
                let file = try directory.write(
                    """
                    version: 1
                    name: box
                    devices:
                      box:
                        default: allow
                        rules:
                          - { name: full, deny: "c 1:7 rw" }
                    attach:
                      - { cgroup: "\(cgroup.path)", device: box }
                    """, to: "box.yaml")
                try runChecked([Netctl.path, "apply", file])
                let reader = try EventReader(Self.own)
                let result = try cgroup.run(["sh", "-c", "exec 3</dev/full"])
                #expect(result.status != 0)
                let event = try #require(try end(reader).first)
                #expect(event.verdictName == "deny" && event.rule == "full")
                #expect(event.request.map { "\($0)" } == "c 1:7 r")
                #expect(event.source.owner?.comm == "sh" && event.source.how == .task)
                #expect(event.source.owner.map { $0.pid > 1 } == true)
                #expect(event.source.owner?.uid == 0)
                #expect(event.cgroup == cgroup.path)
                try runChecked([Netctl.path, "detach", "--all"])
            }
        }
    }

    @Test(arguments: [("egress", true), ("ingress", false)])
    func `a cgroup's packet is told with its socket`(hook: String, isSender: Bool) async throws {
        try await withSandbox {
            try withCgroup { cgroup in
                let pair = try VethPair.create()
                let directory = try TemporaryDirectory()
                let file = try directory.write(
                    """
                    version: 1
                    name: box
                    filters:
                      all:
                        default: pass
                        rules:
                          - { name: discard, match: { proto: udp, dport: 9 }, action: drop, log: true }
                    attach:
                      - { cgroup: "\(cgroup.path)", \(hook): all }
                    """, to: "box.yaml")
                try runChecked([Netctl.path, "apply", file])
                let reader = try EventReader(Self.own)
                if isSender {
                    let socket = try UDPSocket(bound: pair.near.ipv4, port: 4000, in: cgroup)
                    #expect(try socket.offer(1, to: pair.far.ipv4, port: 9) == 1)
                } else {
                    let socket = try UDPSocket(bound: pair.near.ipv4, port: 9, in: cgroup)
                    try send(1, to: 9, from: pair)
                    _ = socket.port
                }
                let event = try #require(try end(reader).first)
                #expect(event.hook.description == "cgroup-\(hook)" && event.rule == "discard")
                let party = isSender ? event.source : event.destination
                #expect(party.cookie != 0 && party.how == .skb)
                #expect(event.cgroup == cgroup.path)
                try runChecked([Netctl.path, "detach", "--all"])
            }
        }
    }
}
