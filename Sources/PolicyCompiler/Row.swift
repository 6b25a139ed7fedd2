/// A bitmap with a bit for every rule of a filter.
struct Row: Hashable {
    /// Bit `i % 64` of word `i / 64` is rule `i`.
    private(set) var words: [UInt64]

    /// A row without any rule.
    init(ruleCount: Int) {
        words = Array(repeating: 0, count: max(1, (ruleCount + 63) / 64))
    }

    mutating func insert(_ rule: Int) {
        words[rule / 64] |= 1 << UInt64(rule % 64)
    }

    mutating func formUnion(_ other: Row) {
        for i in words.indices { words[i] |= other.words[i] }
    }

    /// Removes every rule behind `rule`.
    mutating func cut(after rule: Int) {
        let word = rule / 64
        words[word] &= ~0 >> UInt64(63 - rule % 64)
        for i in words.indices.dropFirst(word + 1) { words[i] = 0 }
    }

    /// The first rule of the row.
    var first: Int? { first(where: { _ in true }) }

    /// The first rule of the row for which `predicate` holds.
    func first(where predicate: (Int) -> Bool) -> Int? {
        for (i, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                let rule = i * 64 + rest.trailingZeroBitCount
                if predicate(rule) { return rule }
                rest &= rest - 1
            }
        }
        return nil
    }

    /// With one word the word itself, else a bit for every word that has any.
    var summary: UInt64 {
        if words.count == 1 { return words[0] }
        return words.enumerated().reduce(0) { $1.element == 0 ? $0 : $0 | 1 << UInt64($1.offset) }
    }
}
