import BPF
import Datapath
import NetTypes
import Policy
import PolicyCompiler

/// What a packet costs, by the size of the policy.
struct ProgramCost {
    private var cases: [ProgramCase] = []
    private var parse4: ProgramCase?
    private var parse6: ProgramCase?

    /// Loads every body; nothing is measured yet.
    init(largestSet: Int) throws {
        try addFloors()
        try addStages()
        try addRules()
        try addSets(upTo: largestSet)
        for item in cases { try item.check() }
    }

    /// Measures in rounds, each of which takes every case once, so that what else the machine does
    /// falls on all alike.
    func run(rounds: Int) throws {
        for _ in 0..<rounds {
            for item in cases { try item.runWarm() }
            let statistics = try RunStatistics()
            for item in cases { try item.runCold() }
            _ = consume statistics
        }
    }

    func print() {
        var table = Table([
            "program", "same packet: median (min), quartiles", "over the parse",
            "4,096 packets: median (min), quartiles", "over the parse",
        ])
        for item in cases {
            let floor = item.floor
            table.add([
                item.name, Self.text(item.warm),
                floor.map { (item.warm.median - $0.warm.median).text } ?? "",
                Self.text(item.cold),
                floor.map { (item.cold.median - $0.cold.median).text } ?? "",
            ])
        }
        table.print()
    }

    private static func text(_ sample: Sample) -> String {
        let quartiles = sample.quartiles
        return "\(sample.median.text) (\(sample.minimum.text)), "
            + "\(quartiles.lower.text)–\(quartiles.upper.text)"
    }

    // MARK: Cases

    private mutating func add(
        _ name: String, _ filter: Filter, sets: [NamedSet] = [],
        _ flows: [(suffix: String, flows: [Flow], verdict: UInt32?)], over floor: ProgramCase?
    ) throws {
        let hook = try DetachedHook(.xdp, multiBuffer: true)
        try hook.putInForce(hook.load(CompiledFilter(filter, sets: sets)))
        for (suffix, flows, verdict) in flows {
            cases.append(
                ProgramCase(name + suffix, .stub(hook), flows, verdict: verdict, over: floor))
        }
    }

    /// Programs without rules: what is there before any policy.
    private mutating func addFloors() throws {
        let ipv4 = try RandomRules(count: 0, flows: ProgramCase.flows, seed: 1).flows
        let ipv6 = RandomSet.ipv6(1, flows: ProgramCase.flows, seed: 2).misses
        let empty = Filter(name: try Name("bench"), defaultVerdict: .pass)
        for (multiBuffer, suffix) in [(true, ""), (false, ", without multi-buffer support")] {
            let hook = try DetachedHook(.xdp, multiBuffer: multiBuffer)
            cases.append(
                ProgramCase(
                    "stub, no body: pass and count\(suffix)", .stub(hook), ipv4,
                    verdict: ProgramCase.pass))
        }
        let body = try ProgramCase.Body(
            CompiledFilter(empty, sets: []), of: DetachedHook(.xdp, multiBuffer: true))
        cases.append(
            ProgramCase(
                "no rules: parse and count, IPv4, no stub in front", .body(body), ipv4,
                verdict: ProgramCase.pass))
        try add(
            "no rules: parse and count", empty,
            [(", IPv4", ipv4, ProgramCase.pass), (", IPv6", ipv6, ProgramCase.pass)], over: nil)
        parse4 = cases[cases.count - 2]
        parse6 = cases[cases.count - 1]
    }

    /// One rule, that looks at one field.
    private mutating func addStages() throws {
        let flows = try RandomRules(count: 0, flows: ProgramCase.flows, seed: 1).flows
        let source = IPPrefix.v4(Prefix(IPv4Address(bits: 0x0A00_0001)))
        let stages: [(String, MatchKeys)] = [
            ("protocol", MatchKeys(proto: [.sctp])),
            ("time to live", MatchKeys(ttl: [1...1])),
            ("fragment", MatchKeys(fragment: true)),
            ("destination port", MatchKeys(dport: [.range(PortRange(1))])),
            ("source port", MatchKeys(sport: [.range(PortRange(1))])),
            ("source address", MatchKeys(src: [.prefix(source)])),
            ("destination address", MatchKeys(dst: [.prefix(source)])),
        ]
        for (name, keys) in stages {
            let rule = Rule(name: try Name("one"), match: Match(keys), action: .drop)
            let filter = Filter(name: try Name("bench"), defaultVerdict: .pass, rules: [rule])
            try add("1 rule on the \(name)", filter, [("", flows, nil)], over: parse4)
        }
    }

    private mutating func addRules() throws {
        for count in [10, 100, 1000, 4096] {
            let rules = try RandomRules(
                count: count, flows: ProgramCase.flows, seed: UInt64(count))
            try add(
                "\(grouped(count)) rules on five fields", rules.filter, [("", rules.flows, nil)],
                over: parse4)
        }
    }

    private mutating func addSets(upTo largest: Int) throws {
        for count in [1, 1000, 10000, 100_000, 1_000_000] where count <= largest {
            let ipv4 = RandomSet.ipv4(count, flows: ProgramCase.flows, seed: UInt64(count))
            try addSet("IPv4", count, ipv4.addresses, ipv4.hits, ipv4.misses, over: parse4)
            let ipv6 = RandomSet.ipv6(count, flows: ProgramCase.flows, seed: UInt64(count))
            try addSet("IPv6", count, ipv6.addresses, ipv6.hits, ipv6.misses, over: parse6)
        }
    }

    private mutating func addSet(
        _ version: String, _ count: Int, _ addresses: AddressSet, _ hits: [Flow],
        _ misses: [Flow], over floor: ProgramCase?
    ) throws {
        let name = try Name("block")
        let set = NamedSet(name: name, source: .files([]), contents: .addresses(addresses))
        let rule = Rule(name: name, match: Match(MatchKeys(src: [.set(name)])), action: .drop)
        let filter = Filter(name: try Name("bench"), defaultVerdict: .pass, rules: [rule])
        let prefixes = count == 1 ? "prefix" : "prefixes"
        try add(
            "set of \(grouped(count)) \(version) \(prefixes)", filter, sets: [set],
            [(", hit", hits, ProgramCase.drop), (", miss", misses, ProgramCase.pass)], over: floor)
    }
}
