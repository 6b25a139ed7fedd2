import LinuxSystem
import Netlink
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// The verdicts `redirect` and `tx`: in the real program, and over real wires.
@Suite("Redirect and tx", .requiresRoot)
struct RedirectTests {
    private static let count = 100

    private static func text(_ rules: String...) -> String {
        """
        version: 1
        name: edge
        filters:
          inbound:
            default: pass
            rules:
        \(rules.map { "      - \($0)\n" }.joined())
        """
    }

    private static func outcome(_ verdict: Verdict, _ rule: String) -> Outcome {
        Outcome(verdict: verdict, why: "rule \(rule)")
    }

    // MARK: In the program

    @Test("the first rule that matches decides, also one of an address alone")
    func program() throws {
        let filter = try LoadedFilter(
            default: "drop",
            "{ name: seen, match: { proto: udp, dport: 9 }, action: count }",
            "{ name: net, match: { src: 192.0.2.0/24 }, action: { redirect: eth1 } }",
            "{ name: host, match: { src: 198.51.100.1 }, action: tx }",
            "{ name: port, match: { proto: udp, dport: 7 }, action: { redirect: eth2 } }",
            "{ name: rest, match: { proto: udp, dport: 9 }, action: tx }")
        func from(_ source: String, _ port: UInt16) -> Packet {
            Packet.ethernet().ipv4(src: source).udp(dport: port)
        }
        #expect(try filter.judge(from("192.0.2.1", 1)) == Self.outcome(.redirect, "net"))
        #expect(try filter.judge(from("198.51.100.1", 7)) == Self.outcome(.tx, "host"))
        #expect(try filter.judge(from("203.0.113.1", 7)) == Self.outcome(.redirect, "port"))
        #expect(
            try filter.judge(from("203.0.113.1", 9)) == Self.outcome(.tx, "rest").counting("seen"))
        #expect(try filter.judge(from("203.0.113.1", 1)) == .drop(.default))
    }

    @Test("an address that decides by itself redirects without a look at anything else")
    func decidedAddress() throws {
        let filter = try LoadedFilter(
            "{ name: net, match: { src: 192.0.2.0/24 }, action: { redirect: eth1 } }",
            "{ name: net6, match: { src: \"2001:db8::/32\" }, action: tx }")
        let ipv4 = Packet.ethernet().ipv4(src: "192.0.2.1")
        let ipv6 = Packet.ethernet().ipv6(src: "2001:db8::1")
        #expect(try filter.judge(ipv4.udp()) == Self.outcome(.redirect, "net"))
        #expect(try filter.judge(ipv6.udp()) == Self.outcome(.tx, "net6"))
        #expect(try filter.judge(Packet.ethernet().ipv4().udp()) == .pass(.default))
    }

    @Test("among hundreds of rules the interface is still the rule's")
    func manyRules() throws {
        let rules = (0..<200).map { number in
            let action = number == 150 ? "{ redirect: eth1 }" : "drop"
            return
                "{ name: r\(number), match: { proto: udp, dport: \(number) }, action: \(action) }"
        }
        let filter = try LoadedFilter(
            policy(Self.text(rules.joined(separator: "\n      - "))))
        let packet = Packet.ethernet().ipv4()
        #expect(try filter.judge(packet.udp(dport: 150)) == Self.outcome(.redirect, "r150"))
        #expect(try filter.judge(packet.udp(dport: 149)) == .drop(rule: "r149"))
    }

    @Test("monitoring is about drops alone") func monitored() throws {
        let text = Self.text(
            "{ name: back, match: { proto: udp }, action: tx, monitor: true }",
            "{ name: aside, match: { proto: tcp }, action: { redirect: lo } }"
        ).replacing("default: pass", with: "default: drop\n    monitor: true")
        let filter = try LoadedFilter(policy(text))
        let packet = Packet.ethernet().ipv4()
        #expect(try filter.judge(packet.udp()) == Self.outcome(.tx, "back"))
        #expect(try filter.judge(packet.tcp()) == Self.outcome(.redirect, "aside"))
    }

    // MARK: On the wire

    private static let frame = Packet.ethernet().ipv4(src: "10.9.9.9", dst: "10.9.9.8").udp(
        dport: 7, payload: Array("netctl".utf8)
    ).bytes

    /// A veth driver takes frames from XDP only if the other end has a program, too.
    private static func acceptFrames(_ pair: VethPair) throws {
        try pair.onFar {
            let program = try XDPProgram.load()
            var socket = try NetlinkSocket()
            try socket.setXDP(
                interfaceIndex: pair.far.index, descriptor: program.rawValue, flags: .native)
        }
    }

    private static func send(_ pair: VethPair, count: Int = count) throws {
        try pair.onFar {
            let socket = try FrameSocket(interface: pair.far.name)
            try socket.send(frame, count: count)
        }
    }

    private static func exact(_ packets: Int) -> Count {
        Count(packets: UInt64(packets), bytes: UInt64(packets * frame.count))
    }

    @Test(
        "tx sends frames back out of the interface, and they are counted as that",
        arguments: [XDPModeRequest.xdpgeneric, .xdpdrv])
    func tx(mode: XDPModeRequest) async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            try Self.acceptFrames(wire.pair)
            _ = try Reconciler().attach(wire.target(mode))
            try apply(Self.text("{ name: bounce, match: { proto: udp, dport: 7 }, action: tx }"))
            let bounced = try wire.pair.onFar {
                let receiver = try FrameReceiver(interface: wire.pair.far.name)
                let socket = try FrameSocket(interface: wire.pair.far.name)
                try socket.send(Self.frame, count: Self.count)
                return receiver.count(of: Self.frame, exactly: Self.count)
            }
            #expect(bounced == Self.count)
            let statistics = try wire.statistics()
            #expect(statistics.attachment.record.mode == mode.required.map(AttachMode.xdp))
            #expect(statistics.count(.tx) == Self.exact(Self.count))
            #expect(statistics.count(rule: "bounce") == Self.exact(Self.count))
            #expect(statistics.count(.drop) == .zero)
            #expect(statistics.count(.aborted) == .zero)
            #expect(statistics.explained == statistics.seen)
        }
    }

    @Test(
        "redirect sends frames out of another interface; without it they are aborted until an apply",
        arguments: [XDPModeRequest.xdpgeneric, .xdpdrv])
    func redirect(mode: XDPModeRequest) async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            _ = try Reconciler().attach(wire.target(mode))
            let text = Self.text(
                "{ name: aside, match: { proto: udp, dport: 7 }, action: { redirect: near1 } }")

            // The counters of one life of the other pair.
            func exchange(_ sent: Int) throws -> Int {
                let other = try VethPair.create(near: "near1", far: "far1", subnet: 78)
                try Self.acceptFrames(other)
                #expect(try apply(text).count == 1)
                #expect(try apply(text) == [])
                let received = try other.onFar { try FrameReceiver(interface: "far1") }
                try Self.send(wire.pair)
                let count = received.count(of: Self.frame, exactly: Self.count)
                #expect(try wire.statistics().count(.redirect) == Self.exact(sent + Self.count))
                // A new name makes no difference, the interface does.
                try runChecked(["ip", "link", "set", "near1", "down"])
                try runChecked(["ip", "link", "set", "near1", "name", "other1"])
                try runChecked(["ip", "link", "set", "other1", "up"])
                try awaitCarrier("other1")
                try Self.send(wire.pair)
                let renamed = received.count(of: Self.frame, exactly: Self.count)
                try runChecked(["ip", "link", "delete", "other1"])
                return count + renamed
            }
            #expect(try exchange(0) == 2 * Self.count)
            try Self.send(wire.pair)
            let gone = try wire.statistics()
            #expect(gone.count(.aborted) == Self.exact(Self.count))
            #expect(gone.count(.redirect) == Self.exact(2 * Self.count))
            #expect(gone.count(rule: "aside") == Self.exact(2 * Self.count))
            #expect(gone.explained == gone.seen)

            let error = #expect(throws: DatapathError.self) { try apply(text) }
            #expect(error?.code == .failed)
            #expect(
                error?.description
                    == "apply policy 'edge': near0: rule 'aside' redirects to 'near1': no interface "
                    + "'near1' (ENODEV); did you mean 'near0'?")
            #expect(try exchange(2 * Self.count) == 2 * Self.count)
            let after = try wire.statistics()
            #expect(after.count(.aborted) == Self.exact(Self.count))
            #expect(after.count(.drop) == .zero)
            #expect(after.explained == after.seen)
        }
    }

    @Test("the interface is looked for in the attachment's namespace")
    func namespace() async throws {
        try await withSandbox {
            let pair = try VethPair.create()
            try runChecked(["ip", "netns", "attach", "blue", "\(pair.farThreadID)"])
            try pair.onFar {
                try runChecked([
                    "ip", "link", "add", "sink0", "type", "veth", "peer", "name", "sink1",
                ])
                try runChecked(["ip", "link", "set", "sink1", "up"])
                try runChecked(["ip", "link", "set", "sink0", "up"])
                try awaitCarrier("sink0")
            }
            func redirecting(_ interface: String) -> String {
                Self.text(
                    "{ name: aside, match: { dport: 7 }, action: { redirect: \(interface) } }")
                    + "attach:\n  - { interface: far0, netns: blue, mode: generic, xdp: inbound }\n"
            }
            // It is there, but not in blue; nothing has changed.
            let error = #expect(throws: DatapathError.self) { try apply(redirecting("near0")) }
            #expect(error?.description.contains("no interface 'near0' (ENODEV)") == true)
            #expect(try Observation.now().attachments.isEmpty)

            try apply(redirecting("sink0"))
            let socket = try FrameSocket(interface: pair.near.name)
            try socket.send(Self.frame, count: Self.count)
            let attachment = try #require(try Observation.now().attachments.first)
            let statistics = try Statistics(reading: attachment)
            #expect(statistics.count(.redirect) == Self.exact(Self.count))
            #expect(try apply(redirecting("sink0")) == [])
        }
    }

    @Test("a program is not loaded for what its hook cannot do") func load() throws {
        let error = #expect(throws: DatapathError.self) {
            try LoadedFilter("{ name: marked, match: { mark: 1 }, action: drop }")
        }
        #expect(error?.description == "load filter 'inbound': xdp: it cannot do 'mark'")
    }

    @Test("what the hook cannot do is refused before anything is loaded")
    func refusal() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            _ = try Reconciler().attach(wire.target(.xdpgeneric))
            let text = Self.text("{ name: marked, match: { mark: 1 }, action: drop }")
            let error = #expect(throws: DatapathError.self) { try apply(text) }
            #expect(error?.code == .invalidPolicy)
            #expect(
                error?.description
                    == "apply policy 'edge': near0: test.yaml:7:34: rule 'marked' has 'mark', which "
                    + "xdp cannot do; tc-ingress, tc-egress, cgroup-ingress and cgroup-egress can")
            #expect(try wire.statistics().attachment.policy == nil)
        }
    }
}
