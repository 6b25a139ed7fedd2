/// Measurements of one thing, one a round.
struct Sample {
    private(set) var values: [Double]

    init(_ values: [Double] = []) { self.values = values }

    mutating func add(_ value: Double) { values.append(value) }

    var minimum: Double { values.min() ?? .nan }
    var median: Double { quantile(0.5) }

    /// The quartiles: half of the rounds lie between them.
    var quartiles: (lower: Double, upper: Double) { (quantile(0.25), quantile(0.75)) }

    private func quantile(_ share: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
