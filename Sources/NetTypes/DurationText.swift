/// Durations as netctl reads and writes them: an integer with ms, s, m, h or d.
public enum DurationText {
    /// From the smallest.
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Reads a duration.
    ///
    /// - Parameter text: The text.
    /// - Returns: The duration; nil for what is none, for zero, and for more than 146 years.
    public static func parse(_ text: String) -> Duration? {
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let number = Decimal.parse(text.dropLast(unit.suffix.count)), number > 0,
            case let (milliseconds, overflow) = Int64(number).multipliedReportingOverflow(
                by: unit.milliseconds),
            // Nanoseconds since boot have to hold it.
            !overflow, milliseconds <= Int64.max / 1_000_000 / 2
        else { return nil }
        return .milliseconds(milliseconds)
    }

    /// Writes a duration of whole milliseconds, in the largest unit that holds it exactly.
    public static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        let unit = units.last { milliseconds % $0.milliseconds == 0 } ?? units[0]
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
}
