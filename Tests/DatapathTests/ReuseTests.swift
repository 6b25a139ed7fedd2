import BPF
import NetctlABI
import Packets
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// A changed rule costs the rules: the tables of addresses depend on sets alone.
@Suite("Addresses that did not change", .requiresRoot)
struct ReuseTests {
    private static func text(sets: String = "198.51.100.0/24", rules: String) -> String {
        """
        version: 1
        name: edge
        sets:
          threats: { cidrs: [\(sets), "2001:db8:bad::/48"] }
        filters:
          inbound:
            default: pass
            rules:
              - { name: threats, match: { src: "@threats" }, action: drop }
        \(rules)
        """
    }

    @Test("another rule, a rule less: the same maps; another set: new ones")
    func reuse() async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            let target = try wire.target(.xdpgeneric)
            _ = try Reconciler().attach(target)
            func apply(_ text: String) throws -> (maps: [String: UInt32], newBytes: Int) {
                let outcome = try Reconciler().apply(
                    PolicyRevision(policy(text), setFiles: []))
                let root = try #require(try PinRoot.existing())
                let body = try OpenBodies(root.pins(of: target.point))
                    .program(at: NETCTL_BODY_ACTIVE)
                let id = try #require(body)
                var maps: [String: UInt32] = [:]
                for map in try Program(pinned: root.pins(of: target.point).body(id)).info.mapIDs {
                    maps[try Map(id: map).info.name] = map
                }
                return (maps, outcome.tables.reduce(0) { $0 + $1.newBytes })
            }
            let addresses = AddressTables.names.map { "src_\($0)" }
            let first = try apply(Self.text(rules: ""))
            #expect(first.newBytes > 256 << 10)

            let more = try apply(
                Self.text(
                    rules:
                        "      - { name: telnet, match: { proto: tcp, dport: 23 }, action: drop }"))
            for name in addresses { #expect(more.maps[name] == first.maps[name], "\(name)") }
            #expect(more.maps["rules"] != first.maps["rules"])
            #expect(more.newBytes < 256 << 10)
            let body = try DetachedBody.load(
                inForceAt: #require(Observation.now().attachments.first))
            let threat = Packet.ethernet().ipv4(src: "198.51.100.9").udp().bytes
            let packet = try #require(SeenPacket(threat, on: .xdp, ethernet: true, mark: 0))
            #expect(try body.judge(packet)?.rule?.text == "threats")

            let other = try apply(Self.text(sets: "198.51.101.0/24", rules: ""))
            for name in addresses { #expect(other.maps[name] != first.maps[name], "\(name)") }
            let records = try #require(Observation.now().attachments.first?.policy?.tables)
            #expect(records.map(\.name).prefix(2) == ["src ipv4", "src ipv6"])
            _ = try Reconciler().detachAll()
        }
    }
}
