import BPF
import Datapath
import Policy
import PolicyCompiler

/// What an operator waits for, and what happens often.
struct SmallThings {
    private let netctl: String
    private var rows: [(name: String, sample: Sample, unit: String)] = []

    init(netctl: String) { self.netctl = netctl }

    /// Measures everything once a round; the interface has an attachment.
    mutating func run(rounds: Int, on attachment: String) throws {
        let hook = try DetachedHook(.xdp, multiBuffer: true)
        let rules = try RandomRules(count: 4096, flows: 0, seed: 3)
        let body = try hook.load(CompiledFilter(rules.filter, sets: []))
        let clock = ContinuousClock()
        let empty = try CompiledFilter(RandomRules(count: 0, flows: 0, seed: 3).filter, sets: [])
        let ten = try CompiledFilter(RandomRules(count: 10, flows: 0, seed: 3).filter, sets: [])
        let verified = try (
            hook.load(empty).info.verifiedInstructions,
            hook.load(ten).info.verifiedInstructions
        )
        var loadEmpty = Sample()
        var loadTen = Sample()
        var version = Sample()
        var status = Sample()
        var stats = Sample()
        var store = Sample()
        var observe = Sample()
        var counters = Sample()
        for _ in 0..<rounds {
            version.add(try ChildRun([netctl, "--version"]).milliseconds)
            status.add(try ChildRun([netctl, "status"]).milliseconds)
            stats.add(try ChildRun([netctl, "stats", attachment]).milliseconds)
            let stores = try clock.measure { for _ in 0..<100 { try hook.putInForce(body) } }
            store.add(stores.milliseconds * 1e3 / 100)
            loadEmpty.add(try clock.measure { _ = try hook.load(empty) }.milliseconds)
            loadTen.add(try clock.measure { _ = try hook.load(ten) }.milliseconds)
            var found: [Attachment] = []
            observe.add(
                try clock.measure { found = try Observation.now().attachments }.milliseconds)
            guard let found = found.first(where: { $0.location.interface == attachment }) else {
                throw BenchError("\(attachment): not attached")
            }
            counters.add(try clock.measure { _ = try found.readCounters() }.milliseconds)
        }
        rows = [
            ("`netctl --version`, whole process", version, "ms"),
            ("`netctl status`, whole process", status, "ms"),
            ("`netctl stats`, whole process", stats, "ms"),
            ("load of a body without rules (\(Self.verified(verified.0)))", loadEmpty, "ms"),
            (
                "load of a body of 10 rules on five fields (\(Self.verified(verified.1)))", loadTen,
                "ms"
            ),
            ("store of a body into the program array", store, "µs"),
            ("observation of every namespace and pin", observe, "ms"),
            ("read of all counters of an attachment (8,448 slots)", counters, "ms"),
        ]
    }

    private static func verified(_ count: UInt32) -> String {
        "\(grouped(Int(count))) instructions verified"
    }

    func print() {
        var table = Table(["what", "median (min)", "quartiles"])
        for row in rows {
            let quartiles = row.sample.quartiles
            table.add([
                row.name, "\(row.sample.median.text) (\(row.sample.minimum.text)) \(row.unit)",
                "\(quartiles.lower.text)–\(quartiles.upper.text)",
            ])
        }
        table.print()
    }
}
