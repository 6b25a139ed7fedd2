import ArgumentParser
import Datapath
import Foundation
import NetTypes
import Policy
import Statistics

extension Block {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show what is blocked, and how often it was hit.",
            discussion: """
                With addresses: the entries that hold them or lie inside. Up to 16,384 entries come in \
                the order of addresses, more as the kernel has them, while they are read. What --save \
                writes is a file of a set, and 'block add -' reads it; ends and reasons are comments \
                there.
                """)

        @Argument(help: ArgumentHelp("Addresses, prefixes or ranges a-b.", valueName: "cidr"))
        var words: [String] = []

        @Option(help: "Only so many, those with the most packets first.")
        var top: Int?

        @Option(
            help:
                "Write the addresses to this file, in place of showing them; - is standard output.")
        var save: String?

        @OptionGroup var global: GlobalOptions

        func validate() throws {
            if let top, top < 1 { throw ValidationError("--top takes a number over 0.") }
            for word in words { _ = try prefixes(of: word) }
        }

        private func prefixes(of word: String) throws -> [IPPrefix] {
            do {
                return try AddressFeed.prefixes(of: word)
            } catch {
                throw ValidationError("\(error)")
            }
        }

        func run() throws {
            try reporting {
                let selection = BlockSelection(wanted: try words.flatMap(prefixes(of:)), top: top)
                if let save { return try BlockListFile(selection).write(to: save, global) }
                switch global.output {
                case .text: try BlockListReport(selection).write()
                case .json:
                    var document = BlockListDocument()
                    try selection.read { try Terminal.passOnResult(document.text(of: $0.entries)) }
                    try Terminal.passOnResult(document.end + "\n")
                }
            }
        }
    }
}
