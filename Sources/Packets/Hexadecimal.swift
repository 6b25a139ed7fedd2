/// Bytes as people paste them: `02 00 5e`, `02:00:5e`, `0x02005e`, over any number of lines.
public enum Hexadecimal {
    /// Why a text is no bytes.
    public enum Failure: Error, Hashable, Sendable {
        /// Something that is neither a digit nor a separator, and where it is, from 0, in characters.
        case notADigit(Character, position: Int)
        /// Half a byte is left.
        case oddDigits(count: Int)
        /// There is none.
        case empty
    }

    /// Reads bytes; blanks, line breaks, colons and dashes between them mean nothing.
    public static func parse(_ text: some StringProtocol) throws(Failure) -> [UInt8] {
        let skipped = text.hasPrefix("0x") ? 2 : 0
        var bytes: [UInt8] = []
        var high: UInt8?
        var digits = 0
        for (position, character) in text.enumerated().dropFirst(skipped) {
            if character.isWhitespace || character == ":" || character == "-" { continue }
            guard character.isASCII, let digit = character.hexDigitValue else {
                throw .notADigit(character, position: position)
            }
            digits += 1
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        guard high == nil else { throw .oddDigits(count: digits) }
        guard !bytes.isEmpty else { throw .empty }
        return bytes
    }
}

extension Hexadecimal.Failure: CustomStringConvertible {
    /// What is wrong.
    public var description: String {
        switch self {
        case .notADigit(let character, let position):
            // A control character would not be seen.
            let shown = character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            return "'\(shown ? character : "\u{FFFD}")' at position \(position + 1) is not a "
                + "hexadecimal digit"
        case .oddDigits(let count): return "\(count) digits are not a whole number of bytes"
        case .empty: return "there are no bytes"
        }
    }
}
