/// Decimal numbers as netctl reads them everywhere: digits alone, without leading zeros.
public enum Decimal {
    /// Reads the number that starts at `index`, and moves `index` behind it.
    ///
    /// - Parameters:
    ///   - bytes: ASCII text.
    ///   - index: Where to start; moved behind the number when there is one.
    /// - Returns: The number, or nil without a digit, with a leading zero, or above ten digits.
    public static func scan(_ bytes: Span<UInt8>, at index: inout Int) -> Int? {
        var cursor = index
        var value = 0
        while cursor < bytes.count {
            let digit = Int(bytes[cursor] &- UInt8(ascii: "0"))
            guard digit <= 9 else { break }
            guard cursor - index < 10, cursor == index || value != 0 else { return nil }
            value = value * 10 + digit
            cursor += 1
        }
        guard cursor > index else { return nil }
        index = cursor
        return value
    }

    /// Reads a number from text that holds nothing else.
    ///
    /// - Parameter text: The text.
    /// - Returns: The number, or nil.
    public static func parse(_ text: some StringProtocol) -> Int? {
        let bytes = Array(text.utf8)
        var index = 0
        guard let value = scan(bytes.span, at: &index), index == bytes.count else { return nil }
        return value
    }
}
