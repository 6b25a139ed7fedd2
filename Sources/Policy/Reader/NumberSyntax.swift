import NetTypes

/// How the numbers of a match key are written, and what is said of those that are not.
struct NumberSyntax<Value: FixedWidthInteger & Sendable>: Sendable {
    /// What one of them is, with its article: `a VLAN identifier`.
    let what: String
    /// What they are called: `VLAN identifiers`.
    let plural: String
    /// The code of the diagnostics.
    let code: String
    /// The numbers that there are.
    let bounds: ClosedRange<Value>
    /// Names of numbers.
    var names: [(name: String, value: Value)] = []
    /// Other words that the key takes; known to the suggestions.
    var words: [String] = []
    /// Whether `0x…` is a number as well.
    var allowsHexadecimal = false

    /// Reads a number, a name or a range of them.
    ///
    /// - Parameter text: The text.
    /// - Returns: The range; of one number where there is one.
    /// - Throws: ``NumberSyntaxError``, whose message says what to write instead.
    func parse(_ text: String) throws(NumberSyntaxError) -> ClosedRange<Value> {
        if let value = names.first(where: { $0.name == text })?.value { return value...value }
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            let value = try number(text, of: text)
            return value...value
        }
        let lower = try number(String(parts[0]).trimmingBlanks, of: text)
        let upper = try number(String(parts[1]).trimmingBlanks, of: text)
        guard lower <= upper else {
            throw NumberSyntaxError(
                code: code, message: "range \(text.shortened) is reversed",
                hint: "did you mean \(parts[1].trimmingBlanks)-\(parts[0].trimmingBlanks)?")
        }
        return lower...upper
    }

    private func number(_ text: String, of whole: String) throws(NumberSyntaxError) -> Value {
        if let value = names.first(where: { $0.name == text })?.value { return value }
        guard let number = Decimal.parse(text) ?? hexadecimal(text) else {
            throw NumberSyntaxError(
                code: code, message: "'\(whole.shortened)' is not \(what) or a range",
                hint: guess(text))
        }
        guard let value = Value(exactly: number), bounds.contains(value) else {
            throw NumberSyntaxError(
                code: code, message: "\(what.withoutArticle) \(text) is out of range",
                hint: boundsHint)
        }
        return value
    }

    private func hexadecimal(_ text: String) -> Int? {
        let digits = text.utf8.dropFirst(2)
        guard allowsHexadecimal, text.hasPrefix("0x"), (1...8).contains(digits.count),
            digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        return Int(text.dropFirst(2), radix: 16)
    }

    private func guess(_ text: String) -> String? {
        if text.contains(",") { return "write a list: [\(text.shortened)]" }
        if ["any", "all", "*"].contains(text), words.isEmpty {
            return "leave the key out to match any"
        }
        if let range = comparison(text) {
            return "write \(range.lowerBound)-\(range.upperBound)"
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, let lower = Decimal.parse(parts[0]),
            let upper = Decimal.parse(parts[1])
        {
            return "a range is written \(lower)-\(upper)"
        }
        let digits = text.drop { $0 == "0" }
        if !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }) {
            guard digits.count <= 9 else { return boundsHint }
            if allowsHexadecimal, hexadecimal("0x\(text)") != nil {
                return "did you mean 0x\(text)?"
            }
            return "write \(digits.isEmpty ? "0" : String(digits)), without leading zeros"
        }
        if !allowsHexadecimal, text.lowercased().hasPrefix("0x"),
            let number = Value(text.dropFirst(2), radix: 16), bounds.contains(number)
        {
            return "write it in decimal: \(number)"
        }
        return Suggestion.hint(for: text, among: names.map(\.name) + words) ?? boundsHint
    }

    private var boundsHint: String {
        let others = words.map { ", \($0)" }.joined()
        return "\(plural) are \(bounds.lowerBound)-\(bounds.upperBound)\(others)"
    }

    /// What `<64` or `>= 1500` means; nil when the text is no such comparison.
    private func comparison(_ text: String) -> ClosedRange<Value>? {
        let sign = text.prefix { "<>=!".contains($0) }
        guard let number = Decimal.parse(String(text.dropFirst(sign.count)).trimmingBlanks),
            let value = Value(exactly: number), bounds.contains(value)
        else { return nil }
        switch sign {
        case "<" where value > bounds.lowerBound: return bounds.lowerBound...(value - 1)
        case "<=": return bounds.lowerBound...value
        case ">" where value < bounds.upperBound: return (value + 1)...bounds.upperBound
        case ">=": return value...bounds.upperBound
        default: return nil
        }
    }
}

/// Why a text is not a number or a range of a ``NumberSyntax``.
struct NumberSyntaxError: Error {
    let code: String
    let message: String
    let hint: String?
}

extension String {
    /// `a TTL` without `a`.
    fileprivate var withoutArticle: Substring {
        firstIndex(of: " ").map { self[index(after: $0)...] } ?? self[...]
    }
}

extension Substring {
    fileprivate var trimmingBlanks: String { String(self).trimmingBlanks }
}

extension Reading {
    /// The elements of a key that holds numbers.
    func numbers<Value>(
        _ value: YAMLValue, of key: String, _ syntax: NumberSyntax<Value>
    ) -> [ClosedRange<Value>] {
        elements(value, of: key).compactMap { element in
            text(element, of: syntax.what).flatMap { number($0, syntax, at: element) }
        }
    }

    /// A number or a range; nil after an error.
    func number<Value>(
        _ text: String, _ syntax: NumberSyntax<Value>, at value: YAMLValue
    ) -> ClosedRange<Value>? {
        do {
            return try syntax.parse(text)
        } catch {
            self.error(error.code, error.message, hint: error.hint, at: value)
            return nil
        }
    }
}
