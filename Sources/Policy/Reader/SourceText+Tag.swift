extension SourceText {
    /// The tag that a node at this place carries, or nil.
    ///
    /// Yams tells `!!str "x"` from `"x"` by nothing, but a node starts at its properties.
    func tag(line: Int, column: Int) -> String? {
        guard var tail = tail(line: line, column: column) else { return nil }
        if tail.first == UInt8(ascii: "&") {
            let blanks = Set(" \t".utf8)
            tail = tail.drop { !blanks.contains($0) }.drop { blanks.contains($0) }
        }
        guard tail.first == UInt8(ascii: "!") else { return nil }
        let ends = Set(" \t,]}".utf8)
        return String(decoding: tail.prefix(200).prefix { !ends.contains($0) }, as: UTF8.self)
    }
}
