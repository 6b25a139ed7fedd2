/// Random numbers that a seed repeats: SplitMix64.
///
/// A test prints its seed, so that what it found can be found again.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Makes a generator; equal seeds give equal numbers.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }

    /// True in `percent` of 100 calls.
    public mutating func chance(_ percent: Double) -> Bool {
        Double.random(in: 0..<100, using: &self) < percent
    }

    /// A number of the range.
    public mutating func number<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) -> Number {
        Number.random(in: range, using: &self)
    }

    /// One of the choices, of which there must be any.
    public mutating func one<Choice>(of choices: [Choice]) -> Choice {
        choices[number(0...choices.count - 1)]
    }

    /// One of the choices, each as likely as its weight says.
    public mutating func one<Choice>(weighted choices: [(weight: Int, Choice)]) -> Choice {
        var place = number(0...choices.reduce(0) { $0 + $1.weight } - 1)
        for (weight, choice) in choices {
            if place < weight { return choice }
            place -= weight
        }
        preconditionFailure("a place beyond all weights")
    }

    /// That many random bytes.
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
