/// The tables inside a document for people.
enum Report {
    /// The document with the part of a section made anew.
    ///
    /// - Throws: ``BenchError`` when the document has no place for it.
    static func replacing(
        _ section: Section, in document: String, by results: Results
    ) throws -> String {
        let (begin, end) = ("<!-- bench: \(section) -->\n", "<!-- end -->")
        guard let start = document.firstRange(of: begin),
            let stop = document[start.upperBound...].firstRange(of: end)
        else { throw BenchError("the document has no '\(begin.dropLast())' with an '\(end)'") }
        return document[..<start.upperBound] + results.text + document[stop.lowerBound...]
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
