import BPF
import Datapath
import Foundation
import Policy
import PolicyCompiler

/// Where the time of an apply with a large set file goes: the steps, inside this process.
struct ApplySteps {
    private let sizes: [Int]
    private let folder: URL

    init(sizes: [Int], in folder: URL) {
        (self.sizes, self.folder) = (sizes, folder)
    }

    func run(rounds: Int) throws -> [Measurement] {
        try sizes.flatMap { size in
            let policy = try BlockList(count: size, seed: 1, in: folder).policy()
            var times: [(column: String, values: [Double])] = [
                ("read, sort, digest", []), ("compile", []), ("load and fill", []),
            ]
            for _ in 0..<rounds {
                for (place, time) in try steps(policy).enumerated() {
                    times[place].values.append(time)
                }
            }
            return times.map {
                Measurement(
                    what: "netctl apply", entries: size, column: $0.column, unit: "ms",
                    values: $0.values)
            }
        }
    }

    private func steps(_ path: String) throws -> [Double] {
        let clock = ContinuousClock()
        var revision: PolicyRevision?
        let read = try clock.measure { revision = try PolicyFiles([path]).read().revision }
        guard let policy = revision?.policy, let filter = policy.filters.first else {
            throw BenchError("\(path): refused")
        }
        var compiled: CompiledFilter?
        let compile = try clock.measure {
            compiled = try CompiledFilter(filter, sets: policy.sets)
        }
        guard let compiled else { return [] }
        let hook = try DetachedHook(.xdp, multiBuffer: true)
        let load = try clock.measure { _ = try hook.load(compiled) }
        return [read, compile, load].map(\.milliseconds)
    }
}
