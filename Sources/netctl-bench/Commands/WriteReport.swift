import ArgumentParser
import Foundation

struct WriteReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Put the tables of results into a document.",
        discussion: """
            Replaces what is between `<!-- bench: SECTION -->` and `<!-- end -->`. Sections without \
            a file of results stay as they are. `<!-- bench: targets -->` gets what all sections \
            found beside what was aimed at.
            """)

    @Option(help: "The folder with the results.")
    var results = "."

    @Argument(help: "The Markdown document.")
    var document: String

    func run() throws {
        let file = URL(filePath: document)
        let text = try String(contentsOf: file, encoding: .utf8)
        let renewed = try Report.renewed(text, from: URL(filePath: results))
        try Data(renewed.utf8).write(to: file)
    }
}
