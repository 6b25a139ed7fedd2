import Policy
import Testing

/// What hooks can do, and what is said where one cannot.
@Suite struct HookFeatureTests {
    private static let text = """
        version: 1
        name: edge
        filters:
          inbound:
            default: pass
            rules:
              - { name: bounce, match: {}, action: tx }
              - { name: aside, match: {}, action: { redirect: eth1 } }
              - name: marked
                match: { proto: tcp, not: { mark: 1 } }
                action: drop
              - { name: plain, match: { dport: 80 }, action: pass, log: true }
        """

    private static let tx = "p:7:44: rule 'bounce' has 'tx', which"
    private static let redirect = "p:8:45: rule 'aside' has 'redirect', which"
    private static let mark = "p:10:37: rule 'marked' has 'mark', which"
    private static let redirecting = "xdp, tc-ingress and tc-egress can"
    private static let marking = "tc-ingress, tc-egress, cgroup-ingress and cgroup-egress can"

    static let rows: [(Hook, [String])] = [
        (.xdp, ["\(mark) xdp cannot do; \(marking)"]),
        (.tcIngress, ["\(tx) tc-ingress cannot do; xdp can"]),
        (.tcEgress, ["\(tx) tc-egress cannot do; xdp can"]),
        (
            .cgroupIngress,
            [
                "\(tx) cgroup-ingress cannot do; xdp can",
                "\(redirect) cgroup-ingress cannot do; \(redirecting)",
            ]
        ),
        (
            .cgroupEgress,
            [
                "\(tx) cgroup-egress cannot do; xdp can",
                "\(redirect) cgroup-egress cannot do; \(redirecting)",
            ]
        ),
        (
            .cgroupDevice,
            [
                "\(tx) cgroup-device cannot do; xdp can",
                "\(redirect) cgroup-device cannot do; \(redirecting)",
                "\(mark) cgroup-device cannot do; \(marking)",
            ]
        ),
    ]

    @Test("an error names the hook and those that can, at the key or the action", arguments: rows)
    func refusals(_ hook: Hook, _ expected: [String]) throws {
        let source = PolicySource(path: "p", bytes: Array(Self.text.utf8))
        let policy = try #require(PolicyReader.read([source]) { _ in [] }.policy)
        let refusals = policy.filters[0].refusals(on: hook)
        #expect(refusals.allSatisfy { $0.code == "unsupported-hook" && $0.severity == .error })
        #expect(refusals.map { $0.description.replacing(" error:", with: "") } == expected)
    }

    @Test("every feature has a hook that can") func table() {
        #expect(HookFeature.allCases.allSatisfy { !$0.hooks.isEmpty })
    }
}
