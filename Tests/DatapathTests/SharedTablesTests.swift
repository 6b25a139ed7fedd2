import BPF
import NetctlABI
import Policy
import TestSupport
import Testing

@testable import Datapath

/// One apply to several hooks loads the tables of a filter once.
@Suite("Shared tables", .requiresRoot)
struct SharedTablesTests {
    /// A policy of so many IPv4 prefixes, each in a /16 of its own: where they are many, the trie is
    /// ranked.
    private static func text(prefixes: Int) -> String {
        let cidrs = (0..<prefixes).map { "\(16 + $0 / 256).\($0 % 256).7.9" }
        return """
            version: 1
            name: edge
            sets:
              threats: { cidrs: [\(cidrs.joined(separator: ", ")), "2001:db8:bad::/48"] }
            filters:
              inbound:
                default: pass
                rules:
                  - { name: threats, match: { src: "@threats" }, action: drop }
                  - { name: telnet, match: { proto: tcp, dport: 23 }, action: drop }
            """
    }

    @Test(
        "addresses, values and rows are shared; rules, counters and constants are not",
        arguments: [1, 4_000])
    func shared(prefixes: Int) async throws {
        try await withSandbox {
            let wire = try Wire(.ipv4)
            let tc = try AttachTarget(
                interface: wire.pair.near.name, netns: nil, hook: .tcIngress, mode: nil)
            let points = try [wire.target(.xdpgeneric), tc].map { target in
                _ = try Reconciler().attach(target)
                return target.point
            }
            _ = try Reconciler().apply(
                PolicyRevision(policy(Self.text(prefixes: prefixes)), setFiles: []))
            let bodies = try points.map { point in try Self.maps(of: point) }
            let common = Set(bodies[0].filter { bodies[1][$0.key] == $0.value }.keys)
            let all = Set(bodies[0].keys).intersection(bodies[1].keys)
            #expect(
                all.subtracting(common)
                    == ["rules", "counters", "talkers", "rule_logs", "event_drafts"])
            #expect(
                common.isSuperset(of: ["src_trie4", "src_lines6", "dport_class", "row_summary"]))

            // Each counts for itself.
            let rules = try Observation.now().attachments.map {
                try #require($0.policy).rules.count
            }
            #expect(rules == [2, 2])
            _ = try Reconciler().detachAll()
        }
    }

    /// The ids of the maps of the body in force, by name.
    private static func maps(of point: AttachPoint) throws -> [String: UInt32] {
        let root = try #require(try PinRoot.existing())
        let pins = root.pins(of: point)
        let id = try #require(try OpenBodies(pins).program(at: NETCTL_BODY_ACTIVE))
        var maps: [String: UInt32] = [:]
        for map in try Program(pinned: pins.body(id)).info.mapIDs {
            maps[try Map(id: map).info.name] = map
        }
        return maps
    }
}
