import ArgumentParser
import Foundation

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension Terminal.Color: ExpressibleByArgument {}

/// The options that every command has.
struct GlobalOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "How to print results: text or json.")
    var output: OutputFormat = .text

    @Flag(help: "Print results and errors only.")
    var quiet = false

    @Flag(name: [.short, .long], help: "Print more.")
    var verbose = false

    @Option(help: "Colour: auto, always or never; NO_COLOR is honoured.")
    var color: Terminal.Color = .auto

    mutating func validate() throws {
        Terminal.color = color
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other.") }
    }

    /// Writes a result: a JSON document, or lines of text.
    func write(_ document: some Encodable, text: @autoclosure () -> [String]) throws {
        switch output {
        case .text:
            for line in text() { try Terminal.result(line) }
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            let bytes = try encoder.encode(document)
            try Terminal.result(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Says what was done, to people only.
    func say(_ line: String) {
        if !quiet { Terminal.message(line) }
    }
}
