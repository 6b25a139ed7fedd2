/// A bitmap with a bit for every rule of a filter, or for every matcher of a dimension.
struct Row: Hashable {
    /// Bit `i % 64` of word `i / 64` is element `i`.
    private(set) var words: [UInt64]

    /// A row without any element, of at least one word.
    init(count: Int) {
        words = Array(repeating: 0, count: max(1, (count + 63) / 64))
    }

    mutating func insert(_ element: Int) {
        words[element / 64] |= 1 << UInt64(element % 64)
    }

    mutating func remove(_ element: Int) {
        words[element / 64] &= ~(1 << UInt64(element % 64))
    }

    mutating func formUnion(_ other: Row) {
        for i in words.indices { words[i] |= other.words[i] }
    }

    mutating func subtract(_ other: Row) {
        for i in words.indices { words[i] &= ~other.words[i] }
    }

    /// Removes every element behind `last`.
    mutating func cut(after last: Int) {
        let word = last / 64
        words[word] &= ~0 >> UInt64(63 - last % 64)
        for i in words.indices.dropFirst(word + 1) { words[i] = 0 }
    }

    /// The first element.
    var first: Int? { first(where: { _ in true }) }

    /// The first element that is in the other row as well.
    func first(in other: Row) -> Int? {
        for i in words.indices {
            let common = words[i] & other.words[i]
            if common != 0 { return i * 64 + common.trailingZeroBitCount }
        }
        return nil
    }

    /// The first element for which `predicate` holds.
    func first(where predicate: (Int) -> Bool) -> Int? {
        for i in words.indices {
            var rest = words[i]
            while rest != 0 {
                let element = i * 64 + rest.trailingZeroBitCount
                if predicate(element) { return element }
                rest &= rest - 1
            }
        }
        return nil
    }

    /// Calls `body` for every element, ascending.
    func forEach(_ body: (Int) -> Void) {
        _ = first { element in
            body(element)
            return false
        }
    }

    /// With one word the word itself, else a bit for every word that has any.
    var summary: UInt64 {
        if words.count == 1 { return words[0] }
        return words.enumerated().reduce(0) { $1.element == 0 ? $0 : $0 | 1 << UInt64($1.offset) }
    }
}
