import NetTypes
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Datapath

/// A program that does something else than its policy means is not put in force.
@Suite("Canary", .requiresRoot) struct CanaryTests {
    private static func filter(_ rules: String, default verdict: String = "pass") throws -> Filter {
        let text = """
            version: 1
            name: edge
            sets: { bad: { cidrs: [10.0.0.0/8, "2001:db8::/32"] }, web: { ports: [80, 443] } }
            filters: { both: { default: \(verdict), rules: [\(rules)] } }
            """
        return try #require(policy(text).filters.first)
    }

    private static let sets = [
        NamedSet(
            name: .stub("bad"), source: .files([]),
            contents: .addresses(
                AddressSet(
                    ipv4: [Prefix(masking: IPv4Address(bits: 10 << 24), length: 8)].compactMap(
                        \.self)))),
        NamedSet(
            name: .stub("web"), source: .files([]),
            contents: .ports([PortRange(80), PortRange(443)])),
    ]

    private static let rules = """
        { name: seen, match: { proto: udp }, action: count },
        { name: bad, match: { src: "@bad" }, action: drop },
        { name: web, match: { proto: tcp, dport: "@web", tcp-flags: syn }, action: drop },
        { name: ping, match: { icmp-type: echo-request }, action: drop },
        { name: slow, match: { ttl: 0-5 }, action: drop, monitor: true }
        """

    @Test(
        "a body and its own meaning agree; with another one it is refused, and both are named",
        arguments: [Hook.xdp, .tcIngress, .tcEgress, .cgroupIngress, .cgroupEgress])
    func check(hook: Hook) throws {
        let filter = try Self.filter(Self.rules)
        let body = try DetachedBody.load(CompiledFilter(filter, sets: Self.sets), on: hook)
        let samples = SamplePackets(filter, sets: Self.sets)
        #expect(samples.packets.count == 6)
        let policy = Name.stub("edge")
        try Canary(policy, ReferenceInterpreter(filter, sets: Self.sets), samples)
            .check(body, at: "here")

        for other in [
            try Self.filter(Self.rules, default: "drop"),
            try Self.filter(Self.rules.replacing("action: drop }", with: "action: pass }")),
            try Self.filter(Self.rules.replacing("name: web", with: "name: shop")),
        ] {
            let error = #expect(throws: DatapathError.self) {
                try Canary(policy, ReferenceInterpreter(other, sets: Self.sets), samples)
                    .check(body, at: "here")
            }
            #expect(error?.description.contains("the new program does ") == true)
            #expect(error?.description.contains("nothing was changed") == true)
        }
    }

    @Test("few packets where sets are large: the interpreter looks at every prefix") func bounded()
        throws
    {
        let prefixes = (0..<3_000_000).compactMap {
            Prefix(masking: IPv4Address(bits: UInt32($0) << 8), length: 24)
        }
        let set = NamedSet(
            name: .stub("bad"), source: .files([]),
            contents: .addresses(AddressSet(ipv4: prefixes)))
        let samples = SamplePackets(try Self.filter(Self.rules), sets: [set])
        #expect(samples.packets.count == 1)
    }
}

extension Name {
    fileprivate static func stub(_ text: String) -> Name {
        guard let name = try? Name(text) else { preconditionFailure("'\(text)' is no name") }
        return name
    }
}
