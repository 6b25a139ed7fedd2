/// Quoting of YAML scalars, and the advice to quote.
enum Quoting {
    /// The text in double quotes.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            case "\u{85}": result += "\\N"
            case "\u{2028}": result += "\\L"
            case "\u{2029}": result += "\\P"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// The text as it may stand in a flow list or mapping: plain where that is safe.
    static func scalar(_ text: String) -> String {
        let safe = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-".utf8)
        let isPlain =
            !text.isEmpty && text.utf8.allSatisfy(safe.contains)
            && text.utf8.first != UInt8(ascii: "-") && text.utf8.first != UInt8(ascii: ".")
        return isPlain ? text : quoted(text)
    }

    /// `quote it: "@bad"`.
    static func hint(_ token: String) -> String { "quote it: \(quoted(token))" }

    /// The first value of a line that must be quoted and is not, or nil.
    ///
    /// That is what starts with `@ ! * & ` or `:`, or ends in `:`.
    static func tokenToQuote(in line: String) -> String? {
        let ends = Set(" \t,]}".utf8)
        let bytes = Array(line.utf8)
        var index = 0
        var mayStart = true
        while index < bytes.count {
            let byte = bytes[index]
            if mayStart, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                index = (bytes[(index + 1)...].firstIndex(of: byte) ?? bytes.count) + 1
                mayStart = false
                continue
            }
            if mayStart, byte == UInt8(ascii: "#") { return nil }
            guard mayStart, !Set(" \t,[]{}-".utf8).contains(byte) else {
                mayStart = Set(" \t,[{".utf8).contains(byte)
                index += 1
                continue
            }
            let token = bytes[index...].prefix { !ends.contains($0) }
            let isFirst = bytes[..<index].allSatisfy { Set(" \t-[{".utf8).contains($0) }
            if mustBeQuoted(token, isFirst: isFirst) {
                return String(decoding: token, as: UTF8.self)
            }
            index += token.count
            mayStart = false
        }
        return nil
    }

    private static func mustBeQuoted(_ token: ArraySlice<UInt8>, isFirst: Bool) -> Bool {
        guard let first = token.first, let last = token.last, token.count > 1 else { return false }
        if Set("@!*&`%:".utf8).contains(first) { return true }
        // One colon at the end makes a key; an address ends in two.
        let endsInTwo = token.dropLast().last == UInt8(ascii: ":")
        return last == UInt8(ascii: ":") && (endsInTwo || token.count { $0 == last } > 2)
            && !isFirst
            || last == UInt8(ascii: ":") && endsInTwo
    }
}
