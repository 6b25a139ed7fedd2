import NetTypes

/// Hands the text of a set file to the parser, whole lines at a time.
struct SetFileReader: ~Copyable {
    /// Why reading stopped before the end of the text.
    enum Failure: Error {
        /// The text is longer than allowed.
        case tooLong
        /// It cannot be read.
        case unreadable(any Error)
    }

    private let text: any SetFileText
    private var buffer: [UInt8]
    /// The bytes of the buffer that are text, the beginning of a line first.
    private var filled = 0
    private var isAtEnd = false
    /// How many bytes were read.
    private(set) var count = 0
    private let limit: Int

    /// The longest line: longer ones are malformed, unless they are comments.
    static let longestLine = 1 << 18

    private init(
        _ text: any SetFileText, limit: Int, longestLine: Int = SetFileReader.longestLine
    ) {
        self.text = text
        self.limit = limit
        buffer = [UInt8](repeating: 0, count: longestLine)
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - limit: The number of prefixes beyond which reading stops.
    ///   - byteLimit: The number of bytes of text beyond which it is refused.
    ///   - longestLine: A parameter so that tests need not have long lines.
    /// - Returns: The prefixes, unsorted, the problems, and how many bytes were read.
    /// - Throws: ``Failure``.
    static func read(
        _ text: any SetFileText, limit: Int, byteLimit: Int = .max,
        longestLine: Int = SetFileReader.longestLine
    ) throws(Failure) -> (contents: SetFileContents, bytes: Int) {
        var parser = SetFileParser(limit: limit)
        var reader = SetFileReader(text, limit: byteLimit, longestLine: longestLine)
        try reader.feed(&parser)
        return (parser.contents, reader.count)
    }

    /// The line that a prefix of the file comes from, from 1.
    ///
    /// - Parameters:
    ///   - prefix: One that was found in it.
    ///   - text: The file, which is read again.
    /// - Returns: The first such line; nil when it cannot be read or holds the prefix no more.
    static func line(of prefix: IPPrefix, in text: any SetFileText) -> Int? {
        var parser = SetFileParser(limit: .max, wanted: prefix)
        var reader = SetFileReader(text, limit: .max)
        do {
            try text.rewind()
            try reader.feed(&parser)
        } catch {
            return nil
        }
        return parser.wantedLine
    }

    private mutating func feed(_ parser: inout SetFileParser) throws(Failure) {
        while parser.takesMore, try fill() {
            let lines = isAtEnd ? filled : endOfLastLine
            if lines > 0 {
                parser.readLines(buffer.span.extracting(0..<lines))
                keep(from: lines)
            } else {
                parser.readBeginning(of: buffer.span)
                filled = 0
            }
        }
    }

    /// Fills the buffer; false when nothing is left.
    private mutating func fill() throws(Failure) -> Bool {
        while !isAtEnd, filled < buffer.count {
            let got: Int
            do {
                got = try buffer.withUnsafeMutableBytes {
                    // SAFETY: `filled` is below the count, so there is a rest, and it is not empty.
                    try text.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
                }
            } catch {
                throw .unreadable(error)
            }
            isAtEnd = got == 0
            filled += got
            count += got
            guard count <= limit else { throw .tooLong }
        }
        return filled > 0
    }

    /// The index behind the last line break; 0 when there is none.
    private var endOfLastLine: Int {
        var end = filled
        while end > 0, buffer[end - 1] != 0x0A { end -= 1 }
        return end
    }

    private mutating func keep(from start: Int) {
        for index in start..<filled { buffer[index - start] = buffer[index] }
        filled -= start
    }
}
