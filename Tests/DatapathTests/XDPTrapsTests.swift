import LinuxSystem
import Netlink
import Policy
import PolicyCompiler
import Statistics
import TestSupport
import Testing

@testable import Datapath

/// A filter's rules on an interface, as its facts are → what is warned of.
struct TrapRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rules: [String]
    var isNative = true
    var wiring = Wiring.veth("near0", peer: .plain("far0", netns: "blue"))
    var redirects: [String: Wiring] = [:]
    let warnings: [String]
}

extension Wiring {
    static func veth(_ name: String, peer: Peer?) -> Wiring {
        Wiring(interface: name, isVeth: true, offloads: .veth, peer: peer)
    }

    static func card(receiveVLAN: Bool) -> Wiring {
        Wiring(
            interface: "eth0", isVeth: false,
            offloads: InterfaceOffloads(
                receiveJoining: true, receiveVLAN: receiveVLAN, transmitVLAN: true), peer: nil)
    }
}

extension Wiring.Peer {
    /// As `ip link add` makes it.
    static func plain(_ name: String, netns: String?) -> Wiring.Peer {
        Wiring.Peer(interface: name, netns: netns, hasNativeProgram: false, offloads: .veth)
    }
}

extension InterfaceOffloads {
    fileprivate static let veth = InterfaceOffloads(
        receiveJoining: false, receiveVLAN: true, transmitVLAN: true)
}

@Suite("Traps of XDP")
struct XDPTrapsTests {
    private static let tx = "{ name: echo, match: { dport: 7 }, action: tx }"
    private static let aside = "{ name: aside, match: {}, action: { redirect: eth2 } }"
    private static let guests = "{ name: guests, match: { vlan: 7 }, action: drop }"

    private static let txWarning =
        "near0: rule 'echo' sends frames back, and the veth loses them: its other end, far0 in netns "
        + "blue, has no XDP program; 'netctl attach far0 --mode xdpdrv --netns blue'"

    static let rows = [
        TrapRow(
            testDescription: "rules that ask for nothing of it",
            rules: ["{ name: web, match: { dport: 80 }, action: drop }"], warnings: []),
        TrapRow(testDescription: "tx on a veth", rules: [tx], warnings: [txWarning]),
        TrapRow(
            testDescription: "several rules: the first is named",
            rules: [tx, "{ name: second, match: {}, action: tx }"], warnings: [txWarning]),
        TrapRow(
            testDescription: "tx by the network core", rules: [tx], isNative: false, warnings: []),
        TrapRow(
            testDescription: "tx, the other end has a program", rules: [tx],
            wiring: .veth(
                "near0",
                peer: Wiring.Peer(
                    interface: "far0", netns: nil, hasNativeProgram: true, offloads: .veth)),
            warnings: []),
        TrapRow(
            testDescription: "redirect, the other end has GRO; tx, it is not enough",
            rules: [aside, tx],
            wiring: .veth(
                "near0",
                peer: Wiring.Peer(
                    interface: "far0", netns: nil, hasNativeProgram: false,
                    offloads: InterfaceOffloads(
                        receiveJoining: true, receiveVLAN: true, transmitVLAN: true))),
            redirects: [
                "eth2": .veth(
                    "eth2",
                    peer: Wiring.Peer(
                        interface: "far1", netns: nil, hasNativeProgram: false,
                        offloads: InterfaceOffloads(
                            receiveJoining: true, receiveVLAN: true, transmitVLAN: true)))
            ],
            warnings: [
                "near0: rule 'echo' sends frames back, and the veth loses them: its other end, far0, "
                    + "has no XDP program; 'netctl attach far0 --mode xdpdrv'"
            ]),
        TrapRow(
            testDescription: "tx, nothing is known of the other end", rules: [tx],
            wiring: .veth("near0", peer: nil), warnings: []),
        TrapRow(
            testDescription: "tx on a card", rules: [tx], wiring: .card(receiveVLAN: true),
            warnings: []),
        TrapRow(
            testDescription: "redirect into a veth, by a new name", rules: [aside, aside],
            redirects: ["eth2": .veth("eth9", peer: .plain("far1", netns: nil))],
            warnings: [
                "near0: rule 'aside' redirects to eth9, and the veth loses the frames: its other "
                    + "end, far1, has neither an XDP program nor GRO; 'ethtool -K far1 gro on'"
            ]),
        TrapRow(
            testDescription: "redirect to a card", rules: [aside],
            redirects: ["eth2": .card(receiveVLAN: true)], warnings: []),
        TrapRow(
            testDescription: "vlan on a veth, in either mode", rules: [guests], isNative: false,
            wiring: .veth("near0", peer: .plain("far0", netns: "net:[4026532008]")),
            warnings: [
                "near0: rule 'guests' has 'vlan', and XDP does not see the tags of what far0 in "
                    + "netns net:[4026532008] sends: they are kept beside the frames; "
                    + "'ethtool -K far0 txvlan off' there"
            ]),
        TrapRow(
            testDescription: "vlan under not",
            rules: ["{ name: none, match: { not: { vlan: any } }, action: drop }"],
            wiring: .card(receiveVLAN: true),
            warnings: [
                "near0: rule 'none' has 'vlan', and XDP may not see the tags: the card takes them "
                    + "out of the frames; 'ethtool -K eth0 rxvlan off'"
            ]),
        TrapRow(
            testDescription: "vlan on a card that leaves the tags", rules: [guests],
            wiring: .card(receiveVLAN: false), warnings: []),
    ]

    @Test("what is warned of", arguments: rows)
    func warnings(_ row: TrapRow) throws {
        // Twice the same rule would need two names.
        let rules = row.rules.enumerated().map { index, rule in
            index > 0 ? rule.replacing("name: aside", with: "name: again") : rule
        }
        let policy = try policy(Self.text(rules))
        let traps = XDPTraps(
            place: "near0", isNative: row.isNative, wiring: row.wiring, redirects: row.redirects)
        #expect(traps.warnings(for: try #require(policy.filters.first)) == row.warnings)
    }

    private static func text(_ rules: [String]) -> String {
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
}

/// The same facts, read from the kernel; what is warned of does happen, and the remedy helps.
@Suite("Traps of XDP on veth", .requiresRoot)
struct XDPTrapsOnVethTests {
    private static let text = """
        version: 1
        name: edge
        filters:
          inbound:
            default: pass
            rules:
              - { name: guests, match: { vlan: 7 }, action: drop }
              - { name: echo, match: { proto: udp, dport: 7 }, action: tx }
        """

    private static func plan(_ change: (inout Reconciler.ApplyOptions) -> Void = { _ in }) throws
        -> Plan
    {
        var options = Reconciler.ApplyOptions()
        change(&options)
        return try Reconciler().apply(PolicyRevision(policy(text), setFiles: []), options).plan
    }

    private static let frame = Packet.ethernet().ipv4(src: "10.9.9.9", dst: "10.9.9.8").udp(
        dport: 7, payload: Array("netctl".utf8)
    ).bytes

    /// How many frames come back to the far end.
    private static func echoed(_ wire: Wire) throws -> Int {
        return try wire.pair.onFar {
            let receiver = try FrameReceiver(interface: wire.pair.far.name)
            try FrameSocket(interface: wire.pair.far.name).send(frame, count: 10)
            return receiver.count(of: frame, expecting: 11)
        }
    }

    @Test("tx: warned of, lost, and with a program at the other end neither") func tx() async throws
    {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            try runChecked(["ip", "netns", "attach", "blue", "\(wire.pair.farThreadID)"])
            _ = try Reconciler().attach(wire.target(.xdpdrv))
            let echo = "'netctl attach far0 --mode xdpdrv --netns blue'"
            let vlan = "'ip netns exec blue ethtool -K far0 txvlan off'"

            let warnings = try Self.plan { $0.dryRun = true }.warnings
            #expect(warnings.count == 2)
            #expect(warnings.first?.hasSuffix(echo) == true)
            #expect(warnings.last?.hasSuffix(vlan) == true)
            let refusal = #expect(throws: DatapathError.self) {
                try Self.plan { $0.refusesWarnings = true }
            }
            #expect(refusal?.code == .invalidPolicy)
            #expect(try wire.statistics().attachment.policy == nil)

            #expect(try Self.plan().warnings == warnings)
            #expect(try Self.echoed(wire) == 0)
            #expect(try wire.statistics().packets(.tx) == 10)

            let far = try AttachTarget(
                interface: "far0", netns: "blue", hook: .xdp, mode: .xdp(.native))
            _ = try Reconciler().attach(far)
            #expect(try Self.plan { $0.interfaces = ["near0"] }.warnings == [warnings.last])
            #expect(try Self.echoed(wire) == 10)
            try wire.pair.onFar { try Offload.transmitVLAN.set(false, on: "far0") }
            #expect(try Self.plan { $0.interfaces = ["near0"] }.warnings == [])
        }
    }

    @Test("redirect: warned of, lost, and with GRO at the other end neither")
    func redirect() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            let other = try VethPair.create(near: "near1", far: "far1", subnet: 78)
            try runChecked(["ip", "netns", "attach", "green", "\(other.farThreadID)"])
            _ = try Reconciler().attach(wire.target(.xdpdrv))
            let aside = Self.text.replacing("action: tx", with: "action: { redirect: near1 }")
                .replacing("vlan: 7", with: "dport: 9")
            let revision = PolicyRevision(try policy(aside), setFiles: [])
            // How many frames leave the other pair.
            func received() throws -> Int {
                let receiver = try other.onFar { try FrameReceiver(interface: "far1") }
                try wire.pair.onFar {
                    try FrameSocket(interface: "far0").send(Self.frame, count: 10)
                }
                return receiver.count(of: Self.frame, expecting: 11)
            }
            let warnings = try Reconciler().apply(revision).plan.warnings
            #expect(warnings.count == 1)
            #expect(
                warnings.first?.hasSuffix("'ip netns exec green ethtool -K far1 gro on'") == true)
            #expect(try received() == 0)
            try other.onFar { try Offload.receiveJoining.set(true, on: "far1") }
            #expect(try Reconciler().apply(revision).plan.warnings == [])
            #expect(try received() == 10)
        }
    }

    @Test("a generic attachment sends as the stack does: no warning, nothing lost")
    func generic() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            try runChecked(["ip", "netns", "attach", "blue", "\(wire.pair.farThreadID)"])
            _ = try Reconciler().attach(wire.target(.xdpgeneric))
            #expect(try Self.plan().warnings.count == 1)
            #expect(try Self.echoed(wire) == 10)
        }
    }

    @Test("vlan: a tag beside the frame is hidden until txvlan is off")
    func vlan() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            try runChecked(["ip", "netns", "attach", "blue", "\(wire.pair.farThreadID)"])
            _ = try Reconciler().attach(wire.target(.xdpgeneric))
            _ = try Self.plan()
            try wire.pair.onFar {
                var socket = try NetlinkSocket()
                try socket.createClsact(interfaceIndex: wire.pair.far.index)
                let tagging = try TCProgram.load(pushingVLAN: 7)
                try socket.addBPFFilter(
                    at: ClsactPosition(
                        interfaceIndex: wire.pair.far.index, direction: .egress, priority: 1,
                        handle: 1), descriptor: tagging.rawValue, name: "tags")
            }
            func dropped() throws -> UInt64 {
                try wire.pair.onFar {
                    try UDPSocket(bound: wire.friend).send(10, to: wire.server, port: 9)
                }
                return try wire.statistics().count(rule: "guests").packets
            }
            #expect(try dropped() == 0)
            try wire.pair.onFar { try Offload.transmitVLAN.set(false, on: "far0") }
            #expect(try dropped() >= 10)
        }
    }

    @Test("both ends in the caller's namespace; a program on both, planned together")
    func oneNamespace() async throws {
        try await withSandbox {
            try runChecked(["ip", "link", "add", "a0", "type", "veth", "peer", "name", "b0"])
            let attached =
                Self.text + "\nattach:\n  - { interface: [a0, b0], mode: native, xdp: inbound }\n"
            let revision = PolicyRevision(try policy(attached), setFiles: [])
            var options = Reconciler.ApplyOptions()
            options.dryRun = true
            let warnings = try Reconciler().apply(revision, options).plan.warnings
            #expect(warnings.count == 2)
            #expect(warnings.allSatisfy { $0.contains("txvlan off") })
            options.interfaces = ["a0"]
            #expect(try Reconciler().apply(revision, options).plan.warnings.count == 2)
        }
    }
}
