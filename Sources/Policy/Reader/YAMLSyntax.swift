import Yams

/// What Yams refuses, in the words of our diagnostics.
enum YAMLSyntax {
    /// The diagnostic for an error of Yams.
    static func diagnostic(for error: any Error, in source: SourceText) -> Diagnostic {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, yaml: _),
            YamlError.parser(let context, let problem, let mark, yaml: _),
            YamlError.composer(let context, let problem, let mark, yaml: _):
            return diagnostic(
                problem: problem, mark: (mark.line, mark.column),
                context: context.map { ($0.mark.line, $0.mark.column) }, in: source)
        default:
            return Diagnostic(
                code: "syntax", message: "not valid YAML",
                location: SourceLocation(file: source.path, column: 1))
        }
    }

    private static func diagnostic(
        problem: String, mark: (line: Int, column: Int), context: (line: Int, column: Int)?,
        in source: SourceText
    ) -> Diagnostic {
        if problem == "but found another document" {
            return Diagnostic(
                code: "several-documents", message: "a second document starts here",
                hint: "write one policy a file, without '---'",
                location: SourceLocation(
                    file: source.path, line: mark.line, column: mark.column, length: 3))
        }
        var place = mark
        var hint: String?
        // A value that YAML takes apart spoils the line where it stands, or the one before.
        for line in [mark.line, context?.line ?? mark.line] where hint == nil {
            guard let text = source.line(line)?.prefix(2_000) else { continue }
            guard let token = Quoting.tokenToQuote(in: String(text)) else { continue }
            hint = Quoting.hint(token)
            if let found = column(of: token, in: String(text)) { place = (line, found) }
        }
        if hint == nil {
            (place, hint) = advice(problem: problem, mark: mark, context: context, in: source)
        }
        return Diagnostic(
            code: "syntax", message: "not valid YAML: \(reason(problem, at: mark, in: source))",
            hint: hint,
            location: SourceLocation(
                file: source.path, line: place.line, column: max(place.column, 1),
                length: source.rawToken(line: place.line, column: place.column)?
                    .unicodeScalars.count ?? 1))
    }

    private static func column(of token: String, in line: String) -> Int? {
        guard let range = line.firstRange(of: token) else { return nil }
        return line.unicodeScalars.distance(from: line.startIndex, to: range.lowerBound) + 1
    }

    private static func reason(
        _ problem: String, at mark: (line: Int, column: Int), in source: SourceText
    ) -> String {
        let byte = source.tail(line: mark.line, column: mark.column)?.first
        switch problem {
        case "found character that cannot start any token":
            if byte == UInt8(ascii: "\t") { return "a tab cannot indent" }
            return
                "\(byte.map { "'\(Character(Unicode.Scalar($0)))'" } ?? "this") cannot start a value"
        case "mapping values are not allowed in this context":
            return "a second ':' on this line, or a line indented too far"
        case "did not find expected whitespace or line break" where line(holds: "!", mark, source),
            "found undefined tag handle":
            return "'!' starts a tag"
        case "did not find expected alphabetic or numeric character":
            return "'*' and '&' start names of anchors"
        case "found unexpected ':'": return "a value ends in ':'"
        case "found undefined alias": return "'*' starts an alias, and there is no such anchor"
        case "did not find expected key": return "expected a key at this indentation"
        case "could not find expected ':'": return "expected a ':' behind the key"
        case "did not find expected '-' indicator": return "expected a '-' at this indentation"
        case "did not find expected node content": return "expected a value"
        case "did not find expected ',' or ']'": return "the list is not closed with ']'"
        case "did not find expected ',' or '}'": return "the mapping is not closed with '}'"
        case "found unexpected end of stream": return "the quoted text does not end"
        default: return problem
        }
    }

    private static func line(
        holds character: Character, _ mark: (line: Int, column: Int), _ source: SourceText
    ) -> Bool { source.line(mark.line)?.contains(character) ?? false }

    /// The better place for some errors, and what to do.
    private static func advice(
        problem: String, mark: (line: Int, column: Int), context: (line: Int, column: Int)?,
        in source: SourceText
    ) -> ((line: Int, column: Int), String?) {
        let byte = source.tail(line: mark.line, column: mark.column)?.first
        switch problem {
        case "found character that cannot start any token":
            if byte == UInt8(ascii: "\t") { return (mark, "indent with spaces") }
            let token = source.rawToken(line: mark.line, column: mark.column)
            return (mark, token.map(Quoting.hint))
        case "did not find expected ',' or ']'", "did not find expected ',' or '}'",
            "found unexpected end of stream", "found unexpected document indicator":
            return (context ?? mark, nil)
        case "did not find expected alphabetic or numeric character":
            let start = context ?? mark
            let token = source.rawToken(line: start.line, column: start.column)
            return (start, token.map(Quoting.hint))
        case "mapping values are not allowed in this context":
            return (mark, "check the indentation, or quote the value")
        default: return (mark, nil)
        }
    }
}
