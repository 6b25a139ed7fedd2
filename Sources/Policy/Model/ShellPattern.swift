/// A pattern of the shell: `*`, `?`, `[a-z]`, `[!a-z]`; a `[` that is never closed is itself.
struct ShellPattern {
    private enum Element {
        case byte(UInt8)
        case any
        case many
        case oneOf([ClosedRange<UInt8>], isNegated: Bool)
    }

    private var elements: [Element] = []

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "*"): elements.append(.many)
            case UInt8(ascii: "?"): elements.append(.any)
            case UInt8(ascii: "["):
                if let (element, end) = Self.bracket(bytes, from: index) {
                    elements.append(element)
                    index = end
                } else {
                    elements.append(.byte(bytes[index]))
                }
            default: elements.append(.byte(bytes[index]))
            }
            index += 1
        }
    }

    /// The bracket expression at `start`, and the index of its `]`.
    private static func bracket(_ bytes: [UInt8], from start: Int) -> (Element, Int)? {
        var index = start + 1
        var isNegated = false
        if index < bytes.count,
            bytes[index] == UInt8(ascii: "!") || bytes[index] == UInt8(ascii: "^")
        {
            isNegated = true
            index += 1
        }
        var ranges: [ClosedRange<UInt8>] = []
        let first = index
        while index < bytes.count {
            // A `]` right at the start is an ordinary character.
            if bytes[index] == UInt8(ascii: "]"), index > first {
                return (.oneOf(ranges, isNegated: isNegated), index)
            }
            let lower = bytes[index]
            if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "-"),
                bytes[index + 2] != UInt8(ascii: "]")
            {
                let upper = bytes[index + 2]
                if lower <= upper { ranges.append(lower...upper) }
                index += 3
            } else {
                ranges.append(lower...lower)
                index += 1
            }
        }
        return nil
    }

    /// Whether all of `text` matches.
    ///
    /// - Complexity: O(pattern × text): only the last `*` is ever retried.
    func matches(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var position = 0
        var index = 0
        var retry: (position: Int, index: Int)?
        while index < bytes.count {
            if position < elements.count {
                if case .many = elements[position] {
                    retry = (position + 1, index)
                    position += 1
                    continue
                }
                if Self.holds(elements[position], bytes[index]) {
                    position += 1
                    index += 1
                    continue
                }
            }
            guard let last = retry else { return false }
            retry = (last.position, last.index + 1)
            position = last.position
            index = last.index + 1
        }
        return elements[position...].allSatisfy { if case .many = $0 { true } else { false } }
    }

    private static func holds(_ element: Element, _ byte: UInt8) -> Bool {
        switch element {
        case .byte(let expected): return byte == expected
        case .any, .many: return true
        case .oneOf(let ranges, let isNegated):
            return ranges.contains { $0.contains(byte) } != isNegated
        }
    }
}
