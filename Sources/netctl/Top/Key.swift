/// A key of a terminal.
enum Key: Equatable {
    case character(Character)
    case up, down, pageUp, pageDown
    case enter, tab, backspace, escape
    /// Control-C or Control-D, where the terminal sends no signal.
    case interrupt

    /// Reads what a terminal has sent: at most one key a byte, sequences that are not known left out.
    static func keys(_ bytes: [UInt8]) -> [Key] {
        var keys: [Key] = []
        var rest = bytes[...]
        while let first = rest.popFirst() {
            switch first {
            case 0x1b where rest.first == UInt8(ascii: "[") || rest.first == UInt8(ascii: "O"):
                rest.removeFirst()
                if let key = sequence(&rest) { keys.append(key) }
            case 0x1b: keys.append(.escape)
            case 0x03, 0x04: keys.append(.interrupt)
            case 0x09: keys.append(.tab)
            case 0x0a, 0x0d: keys.append(.enter)
            case 0x08, 0x7f: keys.append(.backspace)
            case 0x20..<0x7f: keys.append(.character(Character(Unicode.Scalar(first))))
            default: break
            }
        }
        return keys
    }

    /// `A`, `5~`: parameters, then a final byte.
    private static func sequence(_ rest: inout ArraySlice<UInt8>) -> Key? {
        var parameters: [UInt8] = []
        while let byte = rest.popFirst() {
            guard (0x40...0x7e).contains(byte) else {
                parameters.append(byte)
                continue
            }
            switch (byte, parameters) {
            case (UInt8(ascii: "A"), []): return .up
            case (UInt8(ascii: "B"), []): return .down
            case (UInt8(ascii: "~"), [UInt8(ascii: "5")]): return .pageUp
            case (UInt8(ascii: "~"), [UInt8(ascii: "6")]): return .pageDown
            default: return nil
            }
        }
        return nil
    }
}
