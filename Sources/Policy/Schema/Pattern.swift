import NetTypes

/// Regular expressions of what the reader takes, without anchors, in the syntax of ECMA-262.
enum Pattern {
    /// A ``Name`` of the policy; `default` is excluded elsewhere.
    static let name = "[a-z0-9][a-z0-9-]{0,\(Name.maximumLength - 1)}"

    /// Any of several.
    static func any(of patterns: [String]) -> String {
        patterns.count == 1 ? patterns[0] : "(?:\(patterns.joined(separator: "|")))"
    }

    /// A range `a-b`, or one alone; which end is lower is beyond a pattern.
    static func range(_ end: String) -> String { "\(end)(?:[ \\t]*-[ \\t]*\(end))?" }

    /// Exactly the decimal numbers of a range that starts with 0 or 1, without leading zeros.
    static func number(_ bounds: ClosedRange<Int>) -> String {
        precondition((0...1).contains(bounds.lowerBound) && bounds.upperBound > 0)
        let digits = Array(String(bounds.upperBound))
        var alternatives = bounds.lowerBound == 0 ? ["0"] : []
        if digits.count > 1 {
            alternatives.append("[1-9]" + any(count: 0...(digits.count - 2)))
        }
        // As many digits as the last number: equal up to one digit, which is lower.
        for (index, digit) in digits.enumerated() {
            let first = index == 0 ? 1 : 0
            guard let value = digit.wholeNumberValue, value > first else { continue }
            let rest = digits.count - index - 1
            let lower = value - 1 == first ? "\(first)" : "[\(first)-\(value - 1)]"
            alternatives.append(String(digits[..<index]) + lower + any(count: rest...rest))
        }
        alternatives.append(String(bounds.upperBound))
        return any(of: alternatives)
    }

    private static func any(count: ClosedRange<Int>) -> String {
        if count.upperBound == 0 { return "" }
        if count == 1...1 { return "[0-9]" }
        return count.count == 1
            ? "[0-9]{\(count.lowerBound)}" : "[0-9]{\(count.lowerBound),\(count.upperBound)}"
    }

    private static let octet = number(0...255)
    private static let ipv4 = "\(octet)(?:\\.\(octet)){3}"
    /// The colons and digits of an address; whether they make one is beyond a pattern.
    private static let ipv6 = "[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*(?:\(ipv4))?"

    /// An address, a prefix or a range; host bits are beyond a pattern.
    static let address = any(of: [
        "\(ipv4)/\(number(0...32))", range(ipv4), "\(ipv6)/\(number(0...128))", range(ipv6),
    ])
    /// A port or a range of them.
    static let port = range(number(0...65_535))
    /// A set as an element of a match.
    static let setReference = "@\(name)"
}
