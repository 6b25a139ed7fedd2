/// A policy file that is UTF-8 text, with its lines.
struct SourceText: Sendable {
    let path: String
    /// The bytes without a byte order mark.
    let bytes: [UInt8]
    /// Lines beyond this many bytes get less exact places where they are not ASCII.
    private static let longLine = 2_000
    private let lineStarts: [Int]
    private let isASCII: Bool

    /// Checks the bytes.
    ///
    /// - Parameter source: The file; a UTF-8 byte order mark is skipped.
    /// - Throws: A diagnostic for what no policy file may hold: UTF-16, invalid UTF-8, control
    ///   characters.
    init(_ source: PolicySource) throws(Diagnostic) {
        path = source.path
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        bytes = source.bytes.starts(with: mark) ? Array(source.bytes.dropFirst(3)) : source.bytes
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let width = Self.lineBreakWidth(bytes, at: index)
            index += max(width, 1)
            if width > 0 { starts.append(index) }
        }
        lineStarts = starts
        isASCII = bytes.allSatisfy { $0 < 0x80 }
        try checkEncoding()
    }

    /// The text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The line of that number, from 1, without its line break; nil when there is none.
    func line(_ number: Int) -> String? {
        lineBytes(number).map { String(decoding: $0, as: UTF8.self) }
    }

    private func lineBytes(_ number: Int) -> ArraySlice<UInt8>? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let start = lineStarts[number - 1]
        let end = number < lineStarts.count ? lineStarts[number] : bytes.count
        // One break at most ends a line; the cost must not depend on the line's length.
        var last = end
        if last > start, bytes[last - 1] == 0x0A { last -= 1 }
        if last > start, bytes[last - 1] == 0x0D { last -= 1 }
        return bytes[start..<last]
    }

    /// The number of bytes of a line; 0 outside of the text.
    func width(ofLine number: Int) -> Int { lineBytes(number)?.count ?? 0 }

    /// The bytes of a line from a column on; nil outside of the text.
    func tail(line number: Int, column: Int) -> ArraySlice<UInt8>? {
        guard let line = lineBytes(number), column >= 1 else { return nil }
        guard !isASCII else { return line.dropFirst(column - 1) }
        // Columns count scalars. A giant line that is not ASCII is not worth the walk.
        guard line.count <= Self.longLine else { return nil }
        var index = line.startIndex
        var remaining = column - 1
        while remaining > 0, index < line.endIndex {
            index += 1
            while index < line.endIndex, bytes[index] & 0xC0 == 0x80 { index += 1 }
            remaining -= 1
        }
        return line[index...]
    }

    /// Line and column, from 1, of a byte offset.
    func position(of offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        let scalars = bytes[lineStarts[low]..<offset].count { $0 & 0xC0 != 0x80 }
        return (low + 1, scalars + 1)
    }

    /// The byte offset of a position, as libyaml reports it.
    func offset(line: Int, column: Int) -> Int? {
        tail(line: line, column: column)?.startIndex
    }

    /// LF, CR, CRLF, NEL, LS and PS break lines in YAML 1.1.
    private static func lineBreakWidth(_ bytes: [UInt8], at index: Int) -> Int {
        func byte(_ distance: Int) -> UInt8? {
            index + distance < bytes.count ? bytes[index + distance] : nil
        }
        switch bytes[index] {
        case 0x0A: return 1
        case 0x0D: return byte(1) == 0x0A ? 2 : 1
        case 0xC2: return byte(1) == 0x85 ? 2 : 0
        case 0xE2: return byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9) ? 3 : 0
        default: return 0
        }
    }
}
