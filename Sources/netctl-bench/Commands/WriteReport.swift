import ArgumentParser
import Foundation

struct WriteReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Put the tables of results into a document.",
        discussion: """
            Replaces what is between `<!-- bench: SECTION -->` and `<!-- end -->`. Sections without \
            a file of results stay as they are.
            """)

    @Option(help: "The folder with the results.")
    var results = "."

    @Argument(help: "The Markdown document.")
    var document: String

    func run() throws {
        let file = URL(filePath: document)
        let folder = URL(filePath: results)
        var text = try String(contentsOf: file, encoding: .utf8)
        for section in Section.allCases {
            let path = folder.appending(path: section.file)
            guard FileManager.default.fileExists(atPath: path.path) else { continue }
            text = try Report.replacing(section, in: text, by: Results(reading: folder, section))
        }
        try Data(text.utf8).write(to: file)
    }
}
