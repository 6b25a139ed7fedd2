import Foundation

/// What one section of the benchmark found: the file that tables and charts are made of.
struct Results: Codable, Equatable {
    var version = 1
    let section: Section
    /// What to type to have it measured again.
    let command: String
    /// Where it was measured.
    let machine: [Machine.Fact]
    var measurements: [Measurement] = []
    /// What was not measured, and why.
    var skipped: [String] = []

    init(_ section: Section, command: String) {
        self.section = section
        self.command = command
        machine = Machine.facts
    }

    /// Reads a file that ``write(to:)`` wrote.
    init(reading folder: URL, _ section: Section) throws {
        let file = folder.appending(path: section.file)
        self = try JSONDecoder().decode(Results.self, from: Data(contentsOf: file))
    }

    /// Writes it into a folder, under the section's name.
    func write(to folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .throw
        // A line each, for what changes to be seen.
        let text = try String(decoding: encoder.encode(self), as: UTF8.self)
            .replacing("},{\"column\"", with: "},\n{\"column\"")
        try Data("\(text)\n".utf8).write(to: folder.appending(path: section.file))
    }

    /// Says aloud that something is not measured.
    mutating func skip(_ what: String, _ why: String) {
        let line = "\(what): \(why)"
        skipped.append(line)
        Progress.say("skipped: \(line)")
    }

    mutating func add(_ measurement: Measurement) { measurements.append(measurement) }
}

/// The parts of the benchmark, each run and written by itself.
enum Section: String, Codable, CaseIterable {
    case programs, hooks, veth, control, steps, start, tracing, daemon

    var file: String { "\(rawValue).json" }
}

/// One thing, measured in rounds.
struct Measurement: Codable, Equatable {
    /// A row of a table.
    let what: String
    /// How many prefixes or rules, where there are several sizes.
    var entries: Int?
    /// A column of it.
    let column: String
    let unit: String
    /// One a round, in order.
    var values: [Double]
    /// The row to compare with in the same column.
    var over: String?
    /// Of what was sent through an interface.
    var packets: PacketCounts?

    var sample: Sample { Sample(values) }
}

/// What became of the packets of all rounds.
struct PacketCounts: Codable, Equatable {
    var sent: UInt64 = 0
    /// What the interface received.
    var received: UInt64 = 0
    /// What was counted as dropped by what is measured; nil when it does not count.
    var dropped: UInt64?

    /// In words, when not all of them arrived or were dropped.
    var complaint: String? {
        var complaints: [String] = []
        if received < sent { complaints.append("\(grouped(Int(sent - received))) lost") }
        if let dropped, dropped < received {
            complaints.append("\(grouped(Int(received - dropped))) not dropped")
        } else if let dropped, dropped > received {
            complaints.append("\(grouped(Int(dropped - received))) dropped twice")
        }
        return complaints.isEmpty ? nil : complaints.joined(separator: ", ")
    }
}

/// What a person sees while it runs.
enum Progress {
    static func say(_ text: String) {
        FileHandle.standardError.write(Data("netctl-bench: \(text)\n".utf8))
    }
}
