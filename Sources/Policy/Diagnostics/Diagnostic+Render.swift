extension Diagnostic {
    /// The diagnostic as text: its line and, below it, the source with a caret.
    ///
    /// ```
    /// policy.yaml:12:7: error: unknown key 'protcol' in rule 'web'; did you mean 'proto'?
    ///    12 |       protcol: tcp
    ///       |       ^~~~~~~
    /// ```
    ///
    /// - Parameter sourceLine: The line that ``location`` names, or nil to leave it out.
    /// - Returns: One or three lines, without a line break at the end.
    public func render(sourceLine: String?) -> String {
        guard let sourceLine, location.column > 0,
            !sourceLine.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 })
        else { return description }
        let excerpt = Excerpt(sourceLine, column: location.column, length: location.length)
        let number = String(location.line)
        let padding = String(repeating: " ", count: max(0, 5 - number.count))
        let gutter = String(repeating: " ", count: max(5, number.count))
        return """
            \(description)
            \(padding)\(number) | \(excerpt.line)
            \(gutter) | \(excerpt.caret)
            """
    }

    /// A line that fits a terminal, and the caret under it.
    private struct Excerpt {
        let line: String
        let caret: String

        /// Lines beyond this width are cut around the token.
        private static let width = 120

        init(_ source: String, column: Int, length: Int) {
            let scalars = source.unicodeScalars.prefix(column + Self.width)
            let skipped = scalars.count > Self.width ? max(0, column - Self.width / 3) : 0
            let shown = scalars.dropFirst(skipped).prefix(Self.width)
            var text = String.UnicodeScalarView()
            if skipped > 0 { text.append("…") }
            // A tab is one column of the diagnostic, so it is one column here.
            text.append(contentsOf: shown.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 })
            line = String(text)
            let indent = column - 1 - skipped + (skipped > 0 ? 1 : 0)
            let tildes = max(0, min(length, text.count - indent) - 1)
            caret =
                String(repeating: " ", count: max(0, indent)) + "^"
                + String(repeating: "~", count: tildes)
        }
    }
}
