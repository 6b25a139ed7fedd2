import ArgumentParser
import Datapath
import Foundation
import NetTypes
import Policy
import Statistics

extension Block {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what is blocked, and how often it was hit.",
            discussion: """
                With addresses: the entries that hold them or lie inside. What --save writes is a file \
                of a set, and 'block add -' reads it; ends and reasons are comments there.
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
                let wanted = try words.flatMap(prefixes(of:))
                var entries = try BlockList.entries()
                if !wanted.isEmpty {
                    entries.removeAll { entry in !wanted.contains { entry.prefix.overlaps($0) } }
                }
                if let top {
                    entries.sort { $0.count.packets > $1.count.packets }
                    entries = Array(entries.prefix(top))
                }
                if let save { return try BlockListFile(entries).write(to: save, global) }
                let report = BlockListReport(entries)
                try global.write(
                    BlockListDocument(entries),
                    text: Terminal.showsResults ? report.table : report.facts)
            }
        }
    }
}
