import Glibc
import NetTypes

/// Reads set files: an address, a prefix or a range `a-b` a line, `#` and `;` for comments.
///
/// Most lines hold a bare address or prefix and nothing else. They are read straight from the
/// bytes, without finding the end of the line first; anything else takes the careful path.
struct SetFileParser: ~Copyable {
    /// The prefixes so far, unsorted, and the problems.
    private(set) var contents = SetFileContents()
    /// The line that holds the prefix that is looked for.
    private(set) var wantedLine: Int?
    /// Whether what comes next matters still.
    private(set) var takesMore = true
    private let limit: Int
    private let wanted: IPPrefix?
    /// The line that is read next.
    private var line = 1
    /// Whether its beginning has been read, and all up to its end is to be skipped.
    private var isInsideLine = false

    /// A parser of one file.
    ///
    /// - Parameters:
    ///   - limit: The number of prefixes beyond which reading stops.
    ///   - wanted: A prefix whose line is looked for, instead of keeping them all.
    init(limit: Int, wanted: IPPrefix? = nil) {
        self.limit = limit
        self.wanted = wanted
    }

    /// Reads whole lines; the last one of the file may lack its line break.
    mutating func readLines(_ bytes: Span<UInt8>) {
        var index = line == 1 && !isInsideLine ? Self.byteOrderMarkWidth(bytes) : 0
        if isInsideLine { skipLine(bytes, at: &index) }
        while takesMore, index < bytes.count {
            if !readPlainLine(bytes, at: &index) { readAnyLine(bytes, at: &index) }
            if let wanted { look(for: wanted) }
            line += 1
            if contents.count > limit {
                contents.isTooLong = true
                takesMore = false
            }
        }
    }

    /// Reads the first bytes of a line that is too long to be kept; the rest of it comes next.
    mutating func readBeginning(of bytes: Span<UInt8>) {
        var index = line == 1 && !isInsideLine ? Self.byteOrderMarkWidth(bytes) : 0
        if isInsideLine {
            skipLine(bytes, at: &index)
            return
        }
        isInsideLine = true
        let parts = split(bytes, from: index)
        guard takesMore else { return }
        if let element = parts.element, parts.hasComment {
            read(bytes.extracting(element))
        } else if !parts.hasComment {
            contents.appendMalformed(
                line: line, "the line is longer than \(SetFileReader.longestLine >> 10) KiB",
                hint: "write one address, prefix or range a line")
        }
    }

    /// Moves behind the end of the line, if that is there: a line may have a hundred megabytes.
    private mutating func skipLine(_ bytes: Span<UInt8>, at index: inout Int) {
        let lineBreak = Self.firstIndex(of: 0x0A, in: bytes, below: bytes.count)
        if Self.firstIndex(of: 0, in: bytes, below: lineBreak ?? bytes.count) != nil {
            refuseNUL()
        }
        index = bytes.count
        guard let lineBreak else { return }
        index = lineBreak + 1
        isInsideLine = false
        line += 1
    }

    private static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, below end: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            // SAFETY: `end` is at most the count, and what is found lies in the bytes.
            guard let start = bytes.baseAddress, let found = memchr(start, Int32(byte), end) else {
                return nil
            }
            return UnsafeRawPointer(found) - start
        }
    }

    /// A file with a NUL is not text, and reading on makes no sense.
    private mutating func refuseNUL() {
        contents.appendMalformed(line: line, "a NUL byte: this is not a text file", hint: nil)
        takesMore = false
    }

    private mutating func look(for prefix: IPPrefix) {
        let isFound =
            switch prefix {
            case .v4(let prefix): contents.ipv4.contains(prefix)
            case .v6(let prefix): contents.ipv6.contains(prefix)
            }
        if isFound {
            wantedLine = line
            takesMore = false
        }
        contents.ipv4.removeAll(keepingCapacity: true)
        contents.ipv6.removeAll(keepingCapacity: true)
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

    private mutating func readAnyLine(_ bytes: Span<UInt8>, at index: inout Int) {
        let parts = split(bytes, from: index)
        index = min(parts.end + 1, bytes.count)
        if takesMore, let element = parts.element { read(bytes.extracting(element)) }
    }

    /// Finds the end of the line, what stands before a comment, without blanks around it, and
    /// whether there is a comment.
    private mutating func split(
        _ bytes: Span<UInt8>, from start: Int
    ) -> (element: Range<Int>?, hasComment: Bool, end: Int) {
        var end = start
        var commentStart: Int?
        while end < bytes.count, bytes[end] != 0x0A {
            let byte = bytes[end]
            if byte == 0 {
                refuseNUL()
                break
            }
            if commentStart == nil, byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") {
                commentStart = end
            }
            end += 1
        }
        let element = Self.trim(bytes, start..<(commentStart ?? end))
        return (element.isEmpty ? nil : element, commentStart != nil, end)
    }

    private mutating func read(_ element: Span<UInt8>) {
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
            if case .prefix(.hostBitsSet(let corrected)) = error {
                contents.hostBitsCount += 1
                if contents.firstHostBits == nil {
                    contents.firstHostBits = (line, Self.text(element), corrected)
                }
                contents.append(corrected.unmapped)
                return
            }
            guard contents.reportsMalformed else {
                contents.malformedCount += 1
                takesMore = contents.malformedCount < PolicyLimits.malformedLinesCounted
                return
            }
            let text = Self.text(element)
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
