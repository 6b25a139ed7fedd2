import NetTypes

/// Ports and ranges of ports as text.
enum PortSyntax {
    /// Reads a port or a range `a-b`.
    ///
    /// - Parameter text: The text.
    /// - Returns: The range; of one port where there is one.
    /// - Throws: ``PortSyntaxError``, whose message says what to write instead.
    static func parse(_ text: String) throws(PortSyntaxError) -> PortRange {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].first?.isNumber ?? false else {
            return PortRange(try port(text, of: text))
        }
        let lower = try port(String(parts[0]).trimmingBlanks, of: text)
        let upper = try port(String(parts[1]).trimmingBlanks, of: text)
        guard let range = PortRange(lower, upper) else {
            throw PortSyntaxError(
                code: "invalid-port", message: "range \(text.shortened) is reversed",
                hint: "did you mean \(upper)-\(lower)?")
        }
        return range
    }

    private static func port(_ text: String, of whole: String) throws(PortSyntaxError) -> UInt16 {
        if let number = Decimal.parse(text) {
            if let port = UInt16(exactly: number) { return port }
            throw PortSyntaxError(
                code: "invalid-port", message: "port \(number) is out of range",
                hint: "ports are 0-65535")
        }
        if let number = ServicePorts.number(of: text) {
            throw PortSyntaxError(
                code: "named-port", message: "'\(text)' is the name of a port",
                hint: "use \(number)")
        }
        throw PortSyntaxError(
            code: "invalid-port", message: "'\(whole.shortened)' is not a port or a range",
            hint: guess(text))
    }

    private static func guess(_ text: String) -> String? {
        if text.contains(",") { return "write a list: [\(text.shortened)]" }
        if text == "any" || text == "all" || text == "*" {
            return "leave the key out to match any port"
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, let lower = Decimal.parse(parts[0]),
            let upper = Decimal.parse(parts[1])
        {
            return "a range is written \(lower)-\(upper)"
        }
        let digits = text.drop { $0 == "0" }
        if digits.count > 5, digits.allSatisfy({ $0.isASCII && $0.isNumber }) {
            return "ports are 0-65535"
        }
        if !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }), digits.count <= 5 {
            return "write \(digits.isEmpty ? "0" : digits), without leading zeros"
        }
        return nil
    }
}

/// Why a text is not a port or a range.
struct PortSyntaxError: Error {
    let code: String
    let message: String
    let hint: String?
}

extension String {
    /// The text without spaces and tabs at its ends.
    var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}
