import BPF
import Datapath
import NetTypes
import Policy
import PolicyCompiler

/// What a packet costs on XDP, by the size of the policy.
struct ProgramCost {
    /// Of lists of rules, whose flows are often the same few thousand.
    private static let ruleFlows = 4096

    private var cases: [ProgramCase] = []
    private let memory: [MemoryCost]
    private let streams: PacketStreams
    private let flows: Int

    static let floor4 = "no rules, IPv4"
    static let floor6 = "no rules, IPv6"

    /// Loads every body, for sets and lists of rules of those sizes; nothing is measured yet. For sets
    /// a stream has so many flows, a power of two.
    init(sets: [Int], rules: [Int], flows: Int) throws {
        self.flows = flows
        streams = try PacketStreams(flows: flows)
        memory = try MemoryCost.all()
        try addFloors()
        try addStages()
        try addRules(rules)
        try addTalkers()
        try addBlockLists(longest: sets.max() ?? 0)
        for count in sets {
            Progress.say("loading sets of \(grouped(count))")
            var ipv4 = RandomSet.ipv4(count, seed: UInt64(count))
            try addSet("IPv4 set", ipv4.addresses, ipv4.prefixes.count, floor: Self.floor4) {
                (ipv4.hits($0).map { .v4($0) }, ipv4.misses($0).map { .v4($0) })
            }
            var ipv6 = RandomSet.ipv6(count, seed: UInt64(count))
            try addSet("IPv6 set", ipv6.addresses, ipv6.prefixes.count, floor: Self.floor6) {
                (ipv6.hits($0).map { .v6($0) }, ipv6.misses($0).map { .v6($0) })
            }
        }
        for item in cases { try item.check() }
    }

    /// Measures in rounds, each of which takes every case once, so that what else the machine does
    /// falls on all alike.
    func run(rounds: Int) throws -> [Measurement] {
        for round in 1...rounds {
            Progress.say("programs, round \(round) of \(rounds)")
            for item in cases { try item.runSame() }
            for item in cases { try item.runStream(streams) }
            for item in memory { item.run() }
            let statistics = try RunStatistics()
            for item in cases { try item.runApart() }
            _ = consume statistics
        }
        return cases.flatMap(\.measurements) + memory.map(\.measurement)
    }

    // MARK: Cases

    private static func hook(_ filter: CompiledFilter?) throws -> DetachedHook {
        let hook = try DetachedHook(.xdp, multiBuffer: true)
        if let filter { try hook.putInForce(hook.load(filter)) }
        return hook
    }

    private static func empty() throws -> CompiledFilter {
        try CompiledFilter(Filter(name: Name("bench"), defaultVerdict: .pass), sets: [])
    }

    /// Programs without rules: what is there before any policy.
    private mutating func addFloors() throws {
        let ipv4 = try RandomRules(count: 0, flows: flows, seed: 1).flows
        var random = RandomSet.ipv6(1, seed: 2)
        let ipv6 = random.misses(flows).map { Flow(from: .v6($0)) }
        let empty = try Self.empty()
        let nothing = try ProgramCase.Entry.program(.init(PacketStream.empty()))
        cases = try [
            ProgramCase("empty program", nothing, ipv4, verdict: ProgramCase.drop),
            ProgramCase("stub, no body", .stub(Self.hook(nil)), ipv4, verdict: ProgramCase.pass),
            ProgramCase(Self.floor4, .stub(Self.hook(empty)), ipv4, verdict: ProgramCase.pass),
            ProgramCase(Self.floor6, .stub(Self.hook(empty)), ipv6, verdict: ProgramCase.pass),
        ]
    }

    /// One rule, that looks at one field.
    private mutating func addStages() throws {
        let flows = try RandomRules(count: 0, flows: flows, seed: 1).flows
        let source = IPPrefix.v4(Prefix(IPv4Address(bits: 0x0A00_0001)))
        let stages: [(String, MatchKeys)] = [
            ("protocol", MatchKeys(proto: [.sctp])),
            ("time to live", MatchKeys(ttl: [1...1])),
            ("destination port", MatchKeys(dport: [.range(PortRange(1))])),
            ("source address", MatchKeys(src: [.prefix(source)])),
        ]
        for (name, keys) in stages {
            let rule = Rule(name: try Name("one"), match: Match(keys), action: .drop)
            let filter = Filter(name: try Name("bench"), defaultVerdict: .pass, rules: [rule])
            cases.append(
                try ProgramCase(
                    "1 rule on the \(name)", .stub(Self.hook(CompiledFilter(filter, sets: []))),
                    flows, over: Self.floor4))
        }
    }

    private mutating func addRules(_ counts: [Int]) throws {
        for count in counts {
            let rules = try RandomRules(count: count, flows: Self.ruleFlows, seed: UInt64(count))
            cases.append(
                try ProgramCase(
                    "rules on five fields", entries: count,
                    .stub(Self.hook(CompiledFilter(rules.filter, sets: []))), rules.flows,
                    over: Self.floor4))
        }
    }

    /// What the sources with the most packets cost: the same program without them.
    private mutating func addTalkers() throws {
        let hook = try DetachedHook(.xdp, multiBuffer: true, notesSources: false)
        try hook.putInForce(hook.load(Self.empty()))
        let flows = try RandomRules(count: 0, flows: flows, seed: 1).flows
        cases.append(
            try ProgramCase(
                "no rules, IPv4, without top talkers", .stub(hook), flows,
                verdict: ProgramCase.pass, over: Self.floor4))
    }

    /// The block list of some entries, in front of no rules: for each prefix length that it has a packet
    /// makes a look-up.
    private mutating func addBlockLists(longest: Int) throws {
        for lengths in [1, 3, 8] {
            var next = 33
            var set = RandomSet<IPv4Address>(count: lengths, seed: 4) { _ in
                next -= 1
                return next
            }
            let misses = set.misses(flows)
            try addBlockList(
                "block list, an entry of each length, miss", set.addresses, lengths, misses,
                ProgramCase.pass)
        }
        let count = min(longest, Datapath.BlockList.capacity)
        var set = RandomSet<IPv4Address>(count: count, seed: UInt64(count)) { _ in 32 }
        let (hits, misses) = (set.hits(flows), set.misses(flows))
        let addresses = set.addresses
        try addBlockList("block list, hit", addresses, count, hits, ProgramCase.drop)
        try addBlockList("block list, miss", addresses, count, misses, ProgramCase.pass)
        try addBlockList(
            "block list with an end, hit", addresses, count, hits, ProgramCase.drop,
            for: .seconds(86400))
    }

    private mutating func addBlockList(
        _ name: String, _ addresses: AddressSet, _ count: Int, _ sources: [IPv4Address],
        _ verdict: UInt32, for duration: Duration? = nil
    ) throws {
        let hook = try DetachedHook(.xdp, multiBuffer: true, blockEntries: max(count, 1))
        try hook.block(addresses, for: duration)
        try hook.putInForce(hook.load(Self.empty()))
        cases.append(
            try ProgramCase(
                name, entries: count, .stub(hook), sources.map { Flow(from: .v4($0)) },
                verdict: verdict, over: Self.floor4))
    }

    /// `draw` gives so many sources in the set, and as many outside of it.
    private mutating func addSet(
        _ title: String, _ addresses: AddressSet, _ count: Int, floor: String,
        draw: (Int) -> ([IPAddress], [IPAddress])
    ) throws {
        let name = try Name("block")
        let set = NamedSet(name: name, source: .files([]), contents: .addresses(addresses))
        let rule = Rule(name: name, match: Match(MatchKeys(src: [.set(name)])), action: .drop)
        let filter = Filter(name: try Name("bench"), defaultVerdict: .pass, rules: [rule])
        let hook = try Self.hook(CompiledFilter(filter, sets: [set]))
        let (hits, misses) = draw(flows)
        for (suffix, sources, verdict) in [
            ("hit", hits, ProgramCase.drop), ("miss", misses, ProgramCase.pass),
        ] {
            cases.append(
                try ProgramCase(
                    "\(title), \(suffix)", entries: count, .stub(hook),
                    sources.map(Flow.init(from:)), verdict: verdict, over: floor))
        }
    }
}
