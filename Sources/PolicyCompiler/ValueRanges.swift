/// A set of small numbers, as ranges in ascending order that do not touch.
struct ValueRanges: Hashable {
    private(set) var ranges: [ClosedRange<Int>] = []

    /// The union of ranges in any order.
    init(_ ranges: some Sequence<ClosedRange<Int>>) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
                let end = max(last.upperBound, range.upperBound)
                self.ranges[self.ranges.count - 1] = last.lowerBound...end
            } else {
                self.ranges.append(range)
            }
        }
    }

    /// The numbers below `count` for which `predicate` holds.
    init(count: Int, where predicate: (Int) -> Bool) {
        self.init((0..<count).filter(predicate).map { $0...$0 })
    }

    /// Every number below `count`.
    init(all count: Int) { ranges = [0...(count - 1)] }

    /// The numbers below `count` that are not in the set.
    func complement(below count: Int) -> ValueRanges {
        var gaps: [ClosedRange<Int>] = []
        var next = 0
        for range in ranges {
            if next < range.lowerBound { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next < count { gaps.append(next...(count - 1)) }
        return ValueRanges(gaps)
    }

    /// The numbers that are in both sets.
    func intersection(_ other: ValueRanges) -> ValueRanges {
        var common: [ClosedRange<Int>] = []
        var (i, j) = (0, 0)
        while i < ranges.count, j < other.ranges.count {
            let (left, right) = (ranges[i], other.ranges[j])
            if left.overlaps(right) { common.append(left.clamped(to: right)) }
            if left.upperBound < right.upperBound { i += 1 } else { j += 1 }
        }
        return ValueRanges(common)
    }
}
