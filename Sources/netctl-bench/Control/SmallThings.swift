import BPF
import Datapath
import Policy
import PolicyCompiler
import Statistics

/// What an operator waits for, and what happens often.
struct SmallThings {
    private let netctl: String
    private var samples: [(what: String, unit: String, values: [Double])] = []

    init(netctl: String) { self.netctl = netctl }

    /// Measures everything once a round; the attachments have policies.
    mutating func run(rounds: Int, on interface: String) throws -> [Measurement] {
        let hook = try DetachedHook(.xdp, multiBuffer: true)
        let filters = try [0, 10].map { count in
            try (
                count, CompiledFilter(RandomRules(count: count, flows: 0, seed: 3).filter, sets: [])
            )
        }
        let body = try hook.load(filters[0].1)
        for round in 1...rounds {
            Progress.say("commands, round \(round) of \(rounds)")
            try command("--version")
            try command("status")
            try command("stats", interface)
            for (count, filter) in filters {
                var verified: UInt32 = 0
                let time = try elapsed {
                    verified = try hook.load(filter).info.verifiedInstructions
                }
                let rules = count == 0 ? "without rules" : "of \(count) rules on five fields"
                add(
                    "load of a body \(rules) (\(grouped(Int(verified))) instructions verified)",
                    "ms",
                    time)
            }
            add(
                "store of a body into the program array", "µs",
                try elapsed { for _ in 0..<100 { try hook.putInForce(body) } } * 1e3 / 100)
            try observe()
        }
        return samples.map {
            Measurement(what: $0.what, column: "time", unit: $0.unit, values: $0.values)
        }
    }

    private mutating func observe() throws {
        var found: [Attachment] = []
        let observing = try elapsed { found = try Observation.now().attachments }
        let place = "\(found.count) attachments"
        add("observation of every namespace and pin, \(place)", "ms", observing)
        var totals: [[Count]] = []
        add(
            "read of all counters of \(place) (8,448 slots each)", "ms",
            try elapsed { totals = try found.map { try $0.readCounters() } })
        add(
            "the same, summed up by verdict, reason and rule", "ms",
            elapsed { _ = zip(found, totals).map { Statistics($0, totals: $1) } })
    }

    private mutating func command(_ arguments: String...) throws {
        add(
            "`netctl \(arguments.joined(separator: " "))`, whole process", "ms",
            try ChildRun([netctl] + arguments).milliseconds)
    }

    private mutating func add(_ what: String, _ unit: String, _ value: Double) {
        guard let place = samples.firstIndex(where: { $0.what == what }) else {
            return samples.append((what, unit, [value]))
        }
        samples[place].values.append(value)
    }

    private func elapsed(_ work: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(work).milliseconds
    }
}
