/// The longest part of a sequence that ascends: what stayed in order when the rest moved.
enum LongestAscent {
    /// The members of one longest strictly ascending subsequence.
    ///
    /// - Parameter values: Different numbers.
    /// - Returns: The members, which ascend in the order of `values`.
    /// - Complexity: O(n log n).
    static func members(of values: [Int]) -> Set<Int> {
        // Of each length, where the ascent with the smallest end ends.
        var ends: [Int] = []
        var previous: [Int?] = []
        for (index, value) in values.enumerated() {
            var low = 0
            var high = ends.count
            while low < high {
                let middle = (low + high) / 2
                if values[ends[middle]] < value { low = middle + 1 } else { high = middle }
            }
            previous.append(low > 0 ? ends[low - 1] : nil)
            if low == ends.count { ends.append(index) } else { ends[low] = index }
        }
        var members: Set<Int> = []
        var next = ends.last
        while let index = next {
            members.insert(values[index])
            next = previous[index]
        }
        return members
    }
}
