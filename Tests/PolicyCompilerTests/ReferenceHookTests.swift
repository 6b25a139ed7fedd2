import NetTypes
import Packets
import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// What each hook sees of the same packet, and what rules make of it.
@Suite struct ReferenceHookTests {
    private static let ipv4 = Packet.ethernet().ipv4()
    private static let udp = ipv4.udp(dport: 53).bytes
    private static let tagged = Packet.ethernet(vlan: [7, 8]).ipv4().udp(dport: 53).bytes
    private static let arp = Packet.ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2").bytes
    private static let network = Array(udp.dropFirst(14))

    private func judge(_ rule: String, _ packet: SeenPacket) throws -> String {
        let filter = try WrittenFilter(
            "default: pass\nrules: [{ name: rule, match: { \(rule) }, action: drop }]")
        let meant = filter.interpreter.judge(packet).description
        #expect(TableWalker(try filter.compiled()).judge(packet).description == meant)
        return meant
    }

    private static let matches = "drop (rule rule)"
    private static let passes = "pass (default)"

    @Test func xdpSeesTheFrameAndNoMark() {
        #expect(SeenPacket(Self.tagged, on: .xdp, mark: 7) == SeenPacket(Self.tagged))
        #expect(SeenPacket([1, 2], on: .xdp) == SeenPacket([1, 2]))
    }

    @Test(arguments: [Hook.tcIngress, .tcEgress]) func tcSeesFrameAndMark(hook: Hook) {
        #expect(
            SeenPacket(Self.tagged, on: hook, mark: 7)
                == SeenPacket(Self.tagged, mark: 7))
        #expect(
            SeenPacket(Self.udp, on: hook, ethernet: false, mark: 7)
                == SeenPacket(Self.network, start: .network(.ipv4), mark: 7))
        #expect(
            SeenPacket(Self.arp, on: hook, ethernet: false)?.start == .network(.arp))
        #expect(SeenPacket(Array(Self.udp.prefix(13)), on: hook, ethernet: false) == nil)
    }

    @Test(arguments: [Hook.cgroupIngress, .cgroupEgress])
    func cgroupsSeeIPWithoutTags(hook: Hook) {
        let seen = SeenPacket(Self.network, start: .network(.ipv4), mark: 7)
        #expect(SeenPacket(Self.udp, on: hook, mark: 7) == seen)
        #expect(SeenPacket(Self.tagged, on: hook, mark: 7) == seen)
        #expect(SeenPacket(Self.arp, on: hook) == nil)
        #expect(SeenPacket(Array(Self.tagged.prefix(21)), on: hook) == nil)
        #expect(
            SeenPacket(Array(Self.udp.prefix(14)), on: hook)
                == SeenPacket([], start: .network(.ipv4), mark: 0))
    }

    @Test func noPacketReachesTheDeviceHook() {
        #expect(SeenPacket(Self.udp, on: .cgroupDevice) == nil)
    }

    @Test(arguments: [
        ("mark: 7", true), ("mark: 0-6", false), ("mark: [0, 5-9]", true),
        ("mark: 0-0xffffffff", true), ("not: { mark: 7 }", false), ("not: { mark: 8 }", true),
        ("mark: 7, not: { mark: 7 }", false), ("mark: 7, dport: 53", true),
        ("mark: 7, dport: 54", false),
    ])
    func marksAreBesideThePacket(rule: String, holds: Bool) throws {
        let expected = holds ? Self.matches : Self.passes
        #expect(try judge(rule, SeenPacket(Self.udp, mark: 7)) == expected)
        #expect(
            try judge(rule, SeenPacket(Self.network, start: .network(.ipv4), mark: 7)) == expected)
    }

    /// A mark is no field of a frame: it makes no rule one for frames that are not IP.
    @Test func aMarkAloneIsForIPOnly() throws {
        #expect(try judge("mark: 7", SeenPacket(Self.arp, mark: 7)) == "pass (non-ip)")
        #expect(try judge("mark: 7, family: arp", SeenPacket(Self.arp, mark: 7)) == Self.matches)
        #expect(try judge("mark: 8, family: arp", SeenPacket(Self.arp, mark: 7)) == "pass (non-ip)")
    }

    /// On XDP there is none, so that neither the key nor its negation holds.
    @Test(arguments: ["mark: 0-0xffffffff", "not: { mark: 7 }"])
    func aFrameOnXDPHasNoMark(rule: String) throws {
        let filter = try WrittenFilter(
            "default: pass\nrules: [{ name: rule, match: { \(rule) }, action: drop }]")
        #expect(filter.interpreter.judge(SeenPacket(Self.udp)).description == Self.passes)
    }

    @Test(arguments: [
        ("vlan: 9", [7, 8], true), ("vlan: 7", [7, 8], false), ("vlan: 9", [], true),
        ("vlan: none", [], false), ("vlan: any, dport: 53", [7], true),
    ])
    func aTagBesideTheFrameIsTheOutermost(
        rule: String, tags: [UInt16], holds: Bool
    ) throws {
        let frame = Packet.ethernet(vlan: tags).ipv4().udp(dport: 53).bytes
        let packet = SeenPacket(frame, tag: 0xe009, mark: 0)
        // Two in the frame and one beside it are three.
        let other = tags.count < 2 ? Self.passes : "drop (vlan-depth)"
        #expect(try judge(rule, packet) == (tags.count < 2 && holds ? Self.matches : other))
    }

    @Test func theTypeBesideThePacketIsItsFamily() throws {
        let ipv4 = SeenPacket(Self.network, start: .network(.ipv4), mark: 0)
        #expect(try judge("family: ipv4, vlan: none", ipv4) == Self.matches)
        #expect(
            try judge("dport: 53", SeenPacket(Self.network, start: .network(.ipv6), mark: 0))
                == "drop (truncated)")
        #expect(
            try judge("ethertype: 0x88cc", SeenPacket([], start: .network(.init(rawValue: 0x88cc))))
                == Self.matches)
    }
}
