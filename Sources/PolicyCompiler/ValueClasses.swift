/// Turns the ranges of many matchers into runs of values of one class, by a sweep over the
/// boundaries.
struct ValueClasses {
    /// Neighbouring values of one class.
    struct Run {
        let values: ClosedRange<UInt32>
        let class_: UInt32
    }

    // The value behind the last one of 32 bits must be a value, too.
    private var changes: [(value: UInt64, matcher: Int, enters: Bool)] = []
    private let matcherCount: Int

    init(matcherCount: Int) {
        self.matcherCount = matcherCount
    }

    /// Adds ranges of one matcher; they may overlap.
    mutating func add(_ range: ClosedRange<UInt32>, matcher: Int) {
        changes.append((UInt64(range.lowerBound), matcher, true))
        changes.append((UInt64(range.upperBound) + 1, matcher, false))
    }

    /// The runs, in order. Values that satisfy no matcher, class 0, are in none.
    consuming func runs(
        numbering classes: inout Combinations
    ) throws(Combinations.TooMany) -> [Run] {
        changes.sort { $0.value < $1.value }
        var runs: [Run] = []
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
            // Behind the last change every range has ended.
            guard next < changes.endIndex else { break }
            let class_ = UInt32(try classes.number(of: open))
            guard class_ != 0 else { continue }
            let last = UInt32(changes[next].value - 1)
            if let before = runs.last, before.class_ == class_,
                UInt64(before.values.upperBound) + 1 == value
            {
                runs[runs.endIndex - 1] = Run(
                    values: before.values.lowerBound...last, class_: class_)
            } else {
                runs.append(Run(values: UInt32(value)...last, class_: class_))
            }
        }
        return runs
    }
}
