import ArgumentParser
import Foundation

/// Measures what netctl costs; `make bench` runs it.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "netctl-bench",
        abstract: "Measure what a packet costs, and how long commands take.",
        discussion: """
            Each section is measured by a command of its own, which writes what it found to a file of \
            JSON and prints it as a table. All need root. Everything happens in a network and a mount \
            namespace of their own, which end with the process.
            """,
        subcommands: [
            MeasurePrograms.self, MeasureHooks.self, MeasureVeth.self, MeasureControl.self,
            MeasureSteps.self, MeasureStart.self, MeasureTracing.self, MeasureDaemon.self,
            WriteReport.self,
        ])
}

/// What every section is told.
struct SectionOptions: ParsableArguments {
    @Option(help: "How often to measure everything.")
    var rounds = 9

    @Option(help: "The folder to write the results to.")
    var results = "."

    @Option(help: "The netctl to measure.")
    var netctl = "netctl"

    @Option(help: "The CPU to stay on; the last one when not given.")
    var cpu: Int?

    func validate() throws {
        if rounds < 1 { throw ValidationError("--rounds takes 1 or more.") }
        if let cpu, !(0..<Processors.online).contains(cpu) {
            throw ValidationError("--cpu takes 0 to \(Processors.online - 1) here.")
        }
    }

    /// The options that the Makefile does not give.
    private static var others: String {
        var rest = CommandLine.arguments.dropFirst(2)
        for known in ["--netctl", "--rounds", "--results"] {
            guard let place = rest.firstIndex(of: known) else { continue }
            rest.removeSubrange(place..<min(place + 2, rest.endIndex))
        }
        return rest.isEmpty ? "" : " BENCH_OPTIONS='\(rest.joined(separator: " "))'"
    }

    /// Measures in isolation, writes the file and prints the table.
    func measure(_ section: Section, _ work: (inout Results) throws -> Void) throws {
        try FileManager.default.createDirectory(
            atPath: results, withIntermediateDirectories: true)
        var found = Results(
            section, command: "make bench BENCH=\(section) ROUNDS=\(rounds)\(Self.others)")
        try Processors.pin(to: cpu ?? Processors.online - 1)
        try Isolation.enter()
        try work(&found)
        try found.write(to: URL(filePath: results))
        print("### \(section)\n\n\(found.table)")
        for line in found.skipped { print("Not measured: \(line)") }
    }
}

/// Sizes in the form `10,1000`.
struct Sizes: ExpressibleByArgument {
    let values: [Int]

    init(_ values: [Int]) { self.values = values }

    init?(argument: String) {
        let numbers = argument.split(separator: ",").map { Int($0) }
        let values = numbers.compactMap { $0 }.filter { $0 > 0 }
        guard !values.isEmpty, values.count == numbers.count else { return nil }
        self.values = values
    }

    var defaultValueDescription: String {
        values.map(String.init).joined(separator: ",")
    }
}

/// How many different packets there are, as a power of two.
struct FlowCount: ExpressibleByArgument {
    let value: Int

    init(bits: Int) { value = 1 << bits }

    init?(argument: String) {
        guard let value = Int(argument), (4096...1 << 24).contains(value),
            value & (value - 1) == 0
        else { return nil }
        self.value = value
    }

    var defaultValueDescription: String { "\(value)" }
}
