import NetTypes

extension IntervalSet {
    /// Whether the set has a number, by halving.
    func contains(_ bits: Bits) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < bits { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(bits)
    }
}
