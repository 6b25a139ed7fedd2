import ArgumentParser

/// A duration as people type it: an integer with ms, s, m, h or d.
struct Interval: ExpressibleByArgument {
    let text: String
    let duration: Duration

    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    init?(argument: String) {
        guard let unit = Self.units.first(where: { argument.hasSuffix($0.suffix) }),
            case let digits = argument.dropLast(unit.suffix.count),
            digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = Int64(digits), number > 0,
            case let (milliseconds, overflow) = number.multipliedReportingOverflow(
                by: unit.milliseconds),
            // Nanoseconds since boot have to hold it.
            !overflow, milliseconds <= Int64.max / 1_000_000 / 2
        else { return nil }
        text = argument
        duration = .milliseconds(milliseconds)
    }
}
