import NetTypes

/// Reads set files: an address, a prefix or a range `a-b` a line, `#` and `;` for comments.
///
/// Most lines hold a bare address or prefix and nothing else. They are read straight from the
/// bytes, without finding the end of the line first; anything else takes the careful path.
struct SetFileParser: ~Copyable {
    private var contents = SetFileContents()
    private let limit: Int

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - limit: The number of prefixes beyond which reading stops.
    /// - Returns: The prefixes, unsorted, and the problems.
    static func parse(_ bytes: Span<UInt8>, limit: Int) -> SetFileContents {
        var parser = SetFileParser(limit: limit)
        parser.readLines(bytes)
        return parser.contents
    }

    /// The line that a prefix of the file comes from, from 1.
    ///
    /// - Parameters:
    ///   - prefix: One that ``parse(_:limit:)`` found.
    ///   - bytes: The file.
    /// - Returns: The first such line.
    static func line(of prefix: IPPrefix, in bytes: Span<UInt8>) -> Int {
        var parser = SetFileParser(limit: .max)
        return parser.readLines(bytes, until: prefix)
    }

    private init(limit: Int) { self.limit = limit }

    private func holds(_ prefix: IPPrefix, from known: (ipv4: Int, ipv6: Int)) -> Bool {
        switch prefix {
        case .v4(let prefix): contents.ipv4[known.ipv4...].contains(prefix)
        case .v6(let prefix): contents.ipv6[known.ipv6...].contains(prefix)
        }
    }

    /// Reads up to the line that holds `wanted`, or all; the number of the line behind the last one.
    @discardableResult
    private mutating func readLines(_ bytes: Span<UInt8>, until wanted: IPPrefix? = nil) -> Int {
        var index = Self.byteOrderMarkWidth(bytes)
        if bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B {
            contents.appendMalformed(
                line: 1, "the file is compressed with gzip", hint: "unpack it first")
            return 1
        }
        var line = 1
        while index < bytes.count {
            let known = (contents.ipv4.count, contents.ipv6.count)
            if !readPlainLine(bytes, at: &index) {
                guard readAnyLine(bytes, at: &index, line: line) else { return line }
            }
            if let wanted, holds(wanted, from: known) { return line }
            line += 1
            if contents.count > limit {
                contents.isTooLong = true
                return line
            }
        }
        return line
    }

    /// Reads a line that holds an address or a prefix and nothing else; false leaves `index` alone.
    private mutating func readPlainLine(_ bytes: Span<UInt8>, at index: inout Int) -> Bool {
        var cursor = index
        if let address = IPv4Address.scan(bytes, at: &cursor) {
            guard let prefix = Self.prefix(of: address, bytes, at: &cursor) else { return false }
            contents.ipv4.append(prefix)
        } else if let address = IPv6Address.scan(bytes, at: &cursor), address.mappedIPv4 == nil {
            guard let prefix = Self.prefix(of: address, bytes, at: &cursor) else { return false }
            contents.ipv6.append(prefix)
        } else {
            return false
        }
        index = cursor
        return true
    }

    /// The prefix when a length or nothing, and then the end of the line, follow the address.
    @inline(__always) private static func prefix<Address>(
        of address: Address, _ bytes: Span<UInt8>, at cursor: inout Int
    ) -> Prefix<Address>? {
        var prefix = Prefix(address)
        if cursor < bytes.count, bytes[cursor] == UInt8(ascii: "/") {
            cursor += 1
            guard let length = Decimal.scan(bytes, at: &cursor),
                let masked = Prefix(masking: address, length: length), masked.address == address
            else { return nil }
            prefix = masked
        }
        if cursor < bytes.count, bytes[cursor] == 0x0D { cursor += 1 }
        guard cursor < bytes.count else { return prefix }
        guard bytes[cursor] == 0x0A else { return nil }
        cursor += 1
        return prefix
    }

    /// Reads any line; false when the file is not text and reading on makes no sense.
    private mutating func readAnyLine(
        _ bytes: Span<UInt8>, at index: inout Int, line: Int
    ) -> Bool {
        let start = index
        var end = start
        var commentStart: Int?
        while end < bytes.count, bytes[end] != 0x0A {
            let byte = bytes[end]
            if byte == 0 {
                contents.appendMalformed(
                    line: line, "a NUL byte: this is not a text file", hint: nil)
                return false
            }
            if commentStart == nil, byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") {
                commentStart = end
            }
            end += 1
        }
        index = min(end + 1, bytes.count)
        let range = Self.trim(bytes, start..<(commentStart ?? end))
        guard !range.isEmpty else { return true }
        read(bytes.extracting(range), line: line)
        return true
    }

    private mutating func read(_ element: Span<UInt8>, line: Int) {
        do throws(AddressSyntaxError) {
            // No address is longer, and what is longer is not worth a second look.
            guard element.count <= 128 else { throw .notAnAddress }
            let term = try AddressSyntax.parse(element)
            contents.append(term)
            if contents.firstDoubt == nil,
                let (message, hint) = AddressSyntax.doubt(about: term, Self.text(element))
            {
                contents.firstDoubt = (line, message, hint)
            }
        } catch {
            let text = Self.text(element)
            if case .prefix(.hostBitsSet(let corrected)) = error {
                contents.hostBitsCount += 1
                if contents.firstHostBits == nil {
                    contents.firstHostBits = (line, text, corrected)
                }
                contents.append(corrected.unmapped)
                return
            }
            let (message, hint) = error.explanation(of: text)
            let hasSeveral = text.contains(" ") || text.contains("\t") || text.contains(",")
            contents.appendMalformed(
                line: line, message,
                hint: hasSeveral ? "write one address, prefix or range a line" : hint)
        }
    }

    private static func trim(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, isBlank(bytes[lower]) { lower += 1 }
        while lower < upper, isBlank(bytes[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        var prefix: [UInt8] = []
        for index in 0..<min(bytes.count, 80) { prefix.append(bytes[index]) }
        return String(decoding: prefix, as: UTF8.self)
    }

    private static func byteOrderMarkWidth(_ bytes: Span<UInt8>) -> Int {
        bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    }
}
