extension SourceText {
    /// Where a value stands, with the width of its token on that line.
    func location(of value: YAMLValue) -> SourceLocation {
        SourceLocation(
            file: path, line: value.line, column: value.column, length: tokenWidth(of: value))
    }

    private func tokenWidth(of value: YAMLValue) -> Int {
        guard let tail = tail(line: value.line, column: value.column)?.prefix(1_000),
            let first = tail.first
        else { return 1 }
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            guard let end = closingQuote(tail) else { return 1 }
            return scalarCount(tail[...end])
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            return 1
        default:
            guard let text = value.text, !text.isEmpty, tail.starts(with: text.utf8) else {
                return 1
            }
            return text.unicodeScalars.count
        }
    }

    private func closingQuote(_ tail: ArraySlice<UInt8>) -> Int? {
        guard let quote = tail.first else { return nil }
        var index = tail.startIndex + 1
        while index < tail.endIndex {
            if tail[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                index += 1
            } else if tail[index] == quote {
                return index
            }
            index += 1
        }
        return nil
    }

    private func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.count { $0 & 0xC0 != 0x80 }
    }

    /// The text from a place on up to a blank or a flow indicator, as somebody wrote it.
    func rawToken(line: Int, column: Int) -> String? {
        guard let tail = tail(line: line, column: column)?.prefix(200) else { return nil }
        let ends = Set(" \t,]}".utf8)
        let token = tail.prefix { !ends.contains($0) }
        return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
    }
}
