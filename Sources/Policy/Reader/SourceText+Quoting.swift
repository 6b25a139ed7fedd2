extension SourceText {
    /// The advice for a key that is only the rest of a value that holds a comma, or nil.
    ///
    /// `{ src: 10.0.0.1,10.0.0.2 }` is a mapping of two keys to YAML.
    func commaHint(before key: YAMLValue) -> String? {
        guard width(ofLine: key.line) <= 1_000,
            let offset = offset(line: key.line, column: key.column),
            let start = self.offset(line: key.line, column: 1)
        else { return nil }
        let before = bytes[start..<offset].reversed().drop { $0 == UInt8(ascii: " ") }
        guard before.first == UInt8(ascii: ",") else { return nil }
        let stops = Set(" [{".utf8)
        let value = before.prefix { !stops.contains($0) }.reversed()
        guard value.count > 1 else { return nil }
        if let words = words(before: key, from: start, to: offset) {
            return "quote a value that holds a comma: \(Quoting.quoted(words))"
        }
        let rest = rawToken(line: key.line, column: key.column) ?? ""
        let whole = String(decoding: Array(value), as: UTF8.self) + rest
        guard !whole.contains(":") || whole.contains("::") || whole.contains(".") else {
            return nil
        }
        let quoted = "quote a value that holds a comma: \(Quoting.quoted(whole))"
        // A list of flags would mean any of them.
        guard (try? TCPFlagsSyntax.parse(whole)) == nil else { return quoted }
        let list = whole.split(separator: ",").map { Quoting.scalar(String($0)) }
        return quoted + ","
            + " or write a list: [\(list.joined(separator: ", "))]"
    }

    /// The text that a key is the rest of, where it has several words before its comma, or nil.
    private func words(before key: YAMLValue, from start: Int, to offset: Int) -> String? {
        let blank = UInt8(ascii: " ")
        // A value begins behind a bracket, or a colon or a comma and a blank.
        var first = offset
        var isBehindComma = false
        while first > start, !Set("[{".utf8).contains(bytes[first - 1]) {
            if bytes[first - 1] == UInt8(ascii: ":"), bytes[first] == blank { break }
            if bytes[first - 1] == UInt8(ascii: ",") {
                guard !isBehindComma else { break }
                isBehindComma = true
            }
            first -= 1
        }
        let text = bytes[first..<offset].drop { $0 == blank }
        let words = text.split(separator: UInt8(ascii: ","), maxSplits: 1).first ?? []
        guard words.contains(blank), let rest = key.text else { return nil }
        return String(decoding: Array(text), as: UTF8.self) + rest
    }

    /// The advice to quote what stands at a value, where YAML took it apart; or nil.
    func quotingHint(for value: YAMLValue) -> String? {
        guard let token = rawToken(line: value.line, column: value.column) else { return nil }
        guard token.hasPrefix(":") || token.hasSuffix(":") else { return nil }
        return Quoting.hint(token)
    }
}
