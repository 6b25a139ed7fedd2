/// A set of numbers, as ranges in ascending order that do not touch.
///
/// Inlinable: comparing thousands of rules spends its time here, and other modules would call it
/// without knowing the type of the numbers.
public struct IntervalSet<Bits: FixedWidthInteger & UnsignedInteger & Sendable>: Hashable, Sendable
{
    @usableFromInline var storage: [ClosedRange<Bits>] = []

    /// Ascending, none touching the next.
    @inlinable public var ranges: [ClosedRange<Bits>] { storage }

    /// No number.
    @inlinable public init() {}

    /// The union of ranges in any order.
    @inlinable public init(_ ranges: some Sequence<ClosedRange<Bits>>) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let last = storage.last,
                last.upperBound == .max || range.lowerBound <= last.upperBound + 1
            else {
                storage.append(range)
                continue
            }
            let end = max(last.upperBound, range.upperBound)
            storage[storage.count - 1] = last.lowerBound...end
        }
    }

    /// Every number.
    @inlinable public static var all: IntervalSet { IntervalSet([0...Bits.max]) }

    /// Whether there is no number in it.
    @inlinable public var isEmpty: Bool { ranges.isEmpty }

    /// The numbers up to `last` that are not in the set.
    @inlinable public func complement(through last: Bits) -> IntervalSet {
        var gaps: [ClosedRange<Bits>] = []
        var next = Bits.zero
        for range in ranges {
            if next < range.lowerBound { gaps.append(next...(range.lowerBound - 1)) }
            guard range.upperBound < last else { return IntervalSet(gaps) }
            next = range.upperBound + 1
        }
        gaps.append(next...last)
        return IntervalSet(gaps)
    }

    /// The numbers that are in both sets.
    @inlinable public func intersection(_ other: IntervalSet) -> IntervalSet {
        var common: [ClosedRange<Bits>] = []
        var (left, right) = (0, 0)
        while left < ranges.count, right < other.ranges.count {
            let (first, second) = (ranges[left], other.ranges[right])
            if first.overlaps(second) { common.append(first.clamped(to: second)) }
            if first.upperBound < second.upperBound { left += 1 } else { right += 1 }
        }
        return IntervalSet(common)
    }

    /// The numbers that are not in the other set.
    @inlinable public func subtracting(_ other: IntervalSet) -> IntervalSet {
        other.isEmpty ? self : intersection(other.complement(through: .max))
    }

    /// Whether every number is in the other set as well.
    ///
    /// - Complexity: O(n log m), and less where it is not.
    @inlinable public func isSubset(of other: IntervalSet) -> Bool {
        ranges.allSatisfy { range in
            var low = 0
            var high = other.ranges.count
            while low < high {
                let middle = (low + high) / 2
                if other.ranges[middle].upperBound < range.lowerBound {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            guard low < other.ranges.count else { return false }
            return other.ranges[low].lowerBound <= range.lowerBound
                && range.upperBound <= other.ranges[low].upperBound
        }
    }
}
