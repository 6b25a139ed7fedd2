/// Turns the ranges of many matchers into a table from value to class, by a sweep over the
/// boundaries.
struct ValueClasses {
    private var changes: [(value: Int, matcher: Int, enters: Bool)] = []
    private let count: Int

    /// Values are `0..<count`.
    init(count: Int) { self.count = count }

    /// Adds ranges of one matcher; they may overlap.
    mutating func add(_ range: ClosedRange<Int>, matcher: Int) {
        changes.append((range.lowerBound, matcher, true))
        changes.append((range.upperBound + 1, matcher, false))
    }

    /// The class of every value.
    consuming func table(numbering classes: inout Combinations) -> [Int] {
        changes.sort { $0.value < $1.value }
        var table = Array(repeating: 0, count: count)
        var open: [Int: Int] = [:]
        var next = changes.startIndex
        while next < changes.endIndex {
            let value = changes[next].value
            while next < changes.endIndex, changes[next].value == value {
                let change = changes[next]
                open[change.matcher, default: 0] += change.enters ? 1 : -1
                if open[change.matcher] == 0 { open[change.matcher] = nil }
                next += 1
            }
            let end = next < changes.endIndex ? min(changes[next].value, count) : count
            guard value < end else { continue }
            let class_ = classes.number(of: open.keys.sorted())
            for i in value..<end { table[i] = class_ }
        }
        return table
    }
}
