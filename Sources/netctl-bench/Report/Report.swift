import Foundation

/// The tables inside a document for people.
enum Report {
    /// The document with the parts made anew of all sections that have a file of results.
    static func renewed(_ document: String, from folder: URL) throws -> String {
        var text = document
        var found: [Section: Results] = [:]
        for section in Section.allCases {
            let path = folder.appending(path: section.file)
            guard FileManager.default.fileExists(atPath: path.path) else { continue }
            let results = try Results(reading: folder, section)
            text = try replacing("\(section)", in: text, by: results.text)
            found[section] = results
        }
        return try replacing("targets", in: text, by: "\n\(Targets(found).table)\n")
    }

    /// The document with a part made anew.
    ///
    /// - Throws: ``BenchError`` when the document has no place for it.
    static func replacing(_ part: String, in document: String, by text: String) throws -> String {
        let (begin, end) = ("<!-- bench: \(part) -->\n", "<!-- end -->")
        guard let start = document.firstRange(of: begin),
            let stop = document[start.upperBound...].firstRange(of: end)
        else { throw BenchError("the document has no '\(begin.dropLast())' with an '\(end)'") }
        return document[..<start.upperBound] + text + document[stop.lowerBound...]
    }
}

extension Results {
    /// The table, how it came about, and what is missing.
    var text: String {
        let load = machine.first { $0.name.hasPrefix("load average") }?.value
        let date = machine.first { $0.name == "date" }?.value
        let origin = [
            "`\(command)`", date, load.map { "load average \($0.prefix { $0 != " " })" },
        ]
        let notes = skipped.map { "- Not measured: \($0)\n" }.joined()
        return "\n\(origin.compactMap { $0 }.joined(separator: ", ")).\n\n\(table)"
            + (notes.isEmpty ? "" : "\n\(notes)") + "\n"
    }
}
