/// Turns the ranges of many matchers into a table from value to class, by a sweep over the
/// boundaries.
struct ValueClasses {
    private var changes: [(value: Int, matcher: Int, enters: Bool)] = []
    private let count: Int
    private let matcherCount: Int

    /// Values are `0..<count`.
    init(count: Int, matcherCount: Int) {
        self.count = count
        self.matcherCount = matcherCount
    }

    /// Adds ranges of one matcher; they may overlap.
    mutating func add(_ range: ClosedRange<Int>, matcher: Int) {
        changes.append((range.lowerBound, matcher, true))
        changes.append((range.upperBound + 1, matcher, false))
    }

    /// The class of every value.
    consuming func table(
        numbering classes: inout Combinations
    ) throws(Combinations.TooMany) -> [Int] {
        changes.sort { $0.value < $1.value }
        var table = Array(repeating: 0, count: count)
        var depths = Array(repeating: 0, count: matcherCount)
        var open = Row(count: matcherCount)
        var next = changes.startIndex
        while next < changes.endIndex {
            let value = changes[next].value
            while next < changes.endIndex, changes[next].value == value {
                let change = changes[next]
                depths[change.matcher] += change.enters ? 1 : -1
                if depths[change.matcher] == 0 {
                    open.remove(change.matcher)
                } else {
                    open.insert(change.matcher)
                }
                next += 1
            }
            let end = next < changes.endIndex ? min(changes[next].value, count) : count
            guard value < end else { continue }
            let class_ = try classes.number(of: open)
            for i in value..<end { table[i] = class_ }
        }
        return table
    }
}
