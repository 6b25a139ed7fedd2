import Foundation

/// What a list costs before it is in force, by netctl and by its peers: whole commands.
struct SetCost {
    enum Operation: String, CaseIterable {
        case load
        case memory = "peak memory"
        case replace = "replace, 1% changed"
        case add = "add one"
    }

    private struct Key: Hashable {
        let tool: String
        let size: Int
    }

    private let tools: [any SetTool]
    private let sizes: [Int]
    private let isThorough: Bool
    private let folder: URL
    private var samples: [Key: [Operation: [Double]]] = [:]
    private var namespaces = 0

    /// Leaves out, and says so in the results, tools that are not installed, lists that are too long
    /// for them and, unless it is to be thorough, what takes minutes.
    init(
        _ tools: [any SetTool], sizes: [Int], isThorough: Bool, in folder: URL,
        _ results: inout Results
    ) {
        self.tools = tools.filter { tool in
            guard let command = tool.requires, !Tool.isInstalled(command) else { return true }
            results.skip(tool.name, "\(command) is not installed")
            return false
        }
        self.sizes = sizes
        self.isThorough = isThorough
        self.folder = folder
        for tool in self.tools {
            for size in sizes where size > tool.largest {
                results.skip(
                    "\(tool.name), \(grouped(size)) entries",
                    "it takes \(grouped(tool.largest)) at most")
            }
            for size in sizes where size > tool.largestEdited && !isThorough {
                results.skip(
                    "\(tool.name), \(grouped(size)) entries: replace, add one",
                    "takes minutes; --thorough does it once")
            }
        }
    }

    /// Measures every tool with every size, round after round; what takes minutes in the first alone.
    mutating func run(rounds: Int) throws -> [Measurement] {
        for round in 1...rounds {
            for size in sizes {
                let list = try BlockList(count: size, seed: UInt64(size + round), in: folder)
                let changed = list.changed(seed: UInt64(round))
                for tool in tools where size <= tool.largest {
                    if size > tool.largestRepeated && round > 1 { continue }
                    Progress.say("\(tool.name), \(grouped(size)) entries, round \(round)")
                    try measure(
                        tool, list, changed, editing: isThorough || size <= tool.largestEdited)
                }
            }
        }
        return tools.flatMap { tool in
            sizes.flatMap { size in
                Operation.allCases.compactMap { operation in
                    samples[Key(tool: tool.name, size: size)]?[operation].map {
                        Measurement(
                            what: tool.name, entries: size, column: operation.rawValue,
                            unit: operation == .memory ? "MB" : "ms", values: $0)
                    }
                }
            }
        }
    }

    private mutating func measure(
        _ tool: any SetTool, _ list: BlockList, _ changed: BlockList, editing: Bool
    ) throws {
        let receiver = try Receiver(number: namespaces)
        namespaces += 1
        defer {
            try? tool.finish()
            try? receiver.remove()
        }
        let key = Key(tool: tool.name, size: list.prefixes.count)
        func add(_ operation: Operation, _ value: Double) {
            samples[key, default: [:]][operation, default: []].append(value)
        }
        try tool.prepare(receiver)
        let load = try total(tool.load(list, receiver), on: receiver)
        add(.load, load.milliseconds)
        if load.megabytes > 0 { add(.memory, load.megabytes) }
        guard editing else { return }
        let stranger = "\(changed.stranger(seed: 1))"
        if let command = tool.add(stranger, to: list) {
            add(.add, try total([command], on: receiver).milliseconds)
        }
        if let commands = try tool.replace(by: changed, receiver) {
            add(.replace, try total(commands, on: receiver).milliseconds)
        }
    }

    private func total(
        _ commands: [[String]], on receiver: Receiver
    ) throws -> (milliseconds: Double, megabytes: Double) {
        try receiver.perform {
            let runs = try commands.map {
                try ChildRun($0, watchesMemory: commands.count < 10)
            }
            return (
                runs.reduce(0) { $0 + $1.milliseconds },
                runs.reduce(0) { max($0, $1.peakMegabytes) }
            )
        }
    }
}
