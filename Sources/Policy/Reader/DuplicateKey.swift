/// The second of two equal keys in one mapping, and the text with that key renamed.
struct DuplicateKey {
    let key: String
    let line: Int
    let column: Int
    let renamed: String

    /// The error at the second key.
    static func diagnostic(
        key: String, first: Int?, file: String, at place: (line: Int, column: Int)
    ) -> Diagnostic {
        let where_ = first.map { " (first on line \($0))" } ?? ""
        return Diagnostic(
            code: "duplicate-key", message: "duplicate key '\(key.shortened)'\(where_)",
            location: SourceLocation(
                file: file, line: place.line, column: place.column,
                length: key.unicodeScalars.count))
    }
}

/// Finds the second of two equal keys, of which Yams gives only the first one's place.
struct DuplicateKeySearch {
    let text: String
    let key: String
    let first: (line: Int, column: Int)

    /// The second key, or nil when the text is too odd to find it.
    ///
    /// - Parameter number: How many were renamed before; it makes the new name unique.
    /// - Returns: Where it is, and the text to try next.
    func second(number: Int) -> DuplicateKey? {
        guard !key.isEmpty, let letter = Unicode.Scalar(0xE000 + number) else { return nil }
        let scalars = Array(text.unicodeScalars)
        guard let start = offset(of: first, in: scalars),
            let place = place(from: start, in: scalars)
        else { return nil }
        var renamed = String.UnicodeScalarView()
        renamed.append(contentsOf: scalars[..<place.offset])
        renamed.append(letter)
        renamed.append(contentsOf: scalars[(place.offset + 1)...])
        return DuplicateKey(
            key: key, line: place.line, column: place.column, renamed: String(renamed))
    }

    private func offset(
        of position: (line: Int, column: Int), in scalars: [Unicode.Scalar]
    ) -> Int? {
        var line = 1
        for index in scalars.indices {
            if line == position.line {
                let offset = index + position.column - 1
                return offset < scalars.count ? offset : nil
            }
            if scalars[index] == "\n" { line += 1 }
        }
        return nil
    }

    /// Walks over brackets, quotes and comments to the next key of that name in the same mapping.
    private func place(
        from start: Int, in scalars: [Unicode.Scalar]
    ) -> (offset: Int, line: Int, column: Int)? {
        var index = start
        var (line, column) = first
        var depth = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if index > start, depth == 0, isKey(at: index, column: column, scalars) {
                let isQuoted = scalar == "\"" || scalar == "'"
                return (isQuoted ? index + 1 : index, line, column)
            }
            switch scalar {
            case "[", "{": depth += 1
            case "]", "}": depth -= 1
            case "\"" where startsToken(index, scalars), "'" where startsToken(index, scalars):
                let end = scalars[(index + 1)...].firstIndex(of: scalar) ?? scalars.count - 1
                guard !scalars[index...end].contains("\n") else { return nil }
                column += end - index
                index = end
            case "#" where startsToken(index, scalars):
                let end = scalars[index...].firstIndex(of: "\n") ?? scalars.count
                column += end - index
                index = end
                continue
            case "\n":
                line += 1
                column = 0
            default: break
            }
            guard depth >= 0 else { return nil }
            index += 1
            column += 1
        }
        return nil
    }

    private func startsToken(_ index: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        index == 0 || [" ", "\t", "\n", ",", "{", "["].contains(scalars[index - 1])
    }

    /// Whether the key stands here with a colon behind it, in the first one's column or in its
    /// flow mapping.
    private func isKey(at index: Int, column: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        guard startsToken(index, scalars) else { return false }
        var end = index
        let quote = scalars[index] == "\"" || scalars[index] == "'" ? scalars[index] : nil
        if quote != nil { end += 1 }
        for scalar in key.unicodeScalars {
            guard end < scalars.count, scalars[end] == scalar else { return false }
            end += 1
        }
        if let quote {
            guard end < scalars.count, scalars[end] == quote else { return false }
            end += 1
        }
        guard end < scalars.count, scalars[end] == ":" else { return false }
        var before = index - 1
        while before >= 0, scalars[before] == " " { before -= 1 }
        let isInFlow = before >= 0 && scalars[before] == ","
        return isInFlow || column == first.column
    }
}
