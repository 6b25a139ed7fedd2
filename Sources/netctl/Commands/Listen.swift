import ArgumentParser
import BPF
import Foundation
import Programs
import Statistics

struct Listen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Print the records of a ring or perf buffer, decoded by type information.",
        discussion: """
            A buffer has one reader: what is printed here, another reader does not see. netctl's own \
            'events' and 'owners' are better left to netctl.

            The records' structure is found by their size, among the types that the buffer's programs \
            know; --type names it where several fit. What is lost when a perf buffer is full is said; a \
            ring buffer's program has to count it itself.

            Examples:
              netctl listen events
              netctl listen events --type event -o json --for 10s
            """)

    @Argument(help: "The buffer: id, name or pin of the map.")
    var map: String

    @OptionGroup var records: RecordArguments
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let buffer = Reference(map)
            let stream = try RecordStream(buffer, type: records.type)
            if try MapReport.read(buffer).allSatisfy(\.programIDs.isEmpty) {
                Terminal.warning(
                    "no loaded program refers to \(stream.name): records come once one does, or from one "
                        + "that finds it in a map of maps")
            }
            try RecordPrinter(records, global).print([stream])
        }
    }
}

/// Which records are printed, and for how long.
struct RecordArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("The structure of the records: a name in C.", valueName: "name"))
    var type: String?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("End after so long: 10s, 5m.", valueName: "duration"))
    var duration: Interval?

    @Option(help: "End after so many records.")
    var count: Int?

    mutating func validate() throws {
        if let count, count < 1 { throw ValidationError("--count takes 1 or more.") }
    }
}

/// Prints records until the time is over, enough are printed, or the process is interrupted.
struct RecordPrinter {
    private let records: RecordArguments
    private let global: GlobalOptions
    private let deadline: ContinuousClock.Instant?

    init(_ records: RecordArguments, _ global: GlobalOptions) {
        self.records = records
        self.global = global
        deadline = records.duration.map { .now + $0.duration }
    }

    private struct Document: Encodable {
        let version = 1
        let map: String
        @ExplicitNull var record: BTFValue?
        @ExplicitNull var lost: UInt64?
    }

    /// Whether there is time left.
    var goesOn: Bool { deadline.map { $0 > .now } ?? true }

    func print(_ streams: [RecordStream]) throws {
        var left = records.count ?? .max
        while goesOn && left > 0 {
            // With several buffers none is waited for long.
            for stream in streams {
                try stream.take(waiting: streams.count > 1 ? 20 : 100) { item in
                    guard left > 0 else { return }
                    try print(item, of: stream.name)
                    if case .record = item { left -= 1 }
                }
            }
        }
    }

    private func print(_ item: RecordStream.Item, of map: String) throws {
        switch item {
        case .record(let value):
            try global.write(
                Document(map: map, record: value, lost: nil), text: ["\(map) \(value)"])
        case .lost(let count):
            try global.write(Document(map: map, record: nil, lost: count), text: [])
            if global.output == .text { Terminal.warning("\(count) records of \(map) were lost") }
        }
    }
}
