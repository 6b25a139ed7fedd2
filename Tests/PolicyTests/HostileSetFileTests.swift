import NetTypes
import TestSupport
import Testing

@testable import Policy

/// Set files that nobody should write: an answer, soon, and no more read than that takes.
@Suite struct HostileSetFileTests {
    /// As much as one likes of the same bytes, without the memory for it.
    private final class Endless: SetFileText {
        private let pattern: [UInt8]
        private let size: Int
        private(set) var position = 0

        init(_ pattern: String, size: Int) {
            let unit = Array(pattern.utf8)
            self.pattern = Array(repeatElement(unit, count: max(1, 65_536 / unit.count)).joined())
            self.size = size
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let start = position % pattern.count
            let count = min(buffer.count, pattern.count - start, size - position)
            buffer.copyBytes(from: pattern[start..<start + count])
            position += count
            return count
        }

        func rewind() { position = 0 }
    }

    private struct Reading {
        let contents: SetFileContents
        let bytes: Int
        let time: Duration
    }

    private func read(_ text: Endless, limit: Int = 1_000) throws -> Reading {
        var result: (contents: SetFileContents, bytes: Int)?
        let time = try processorTime { result = try SetFileReader.read(text, limit: limit) }
        let (contents, bytes) = try #require(result)
        return Reading(contents: contents, bytes: bytes, time: time)
    }

    @Test("one line of 100 MB: malformed, or a comment, and soon known", arguments: ["1", "#"])
    func longLine(_ pattern: String) throws {
        let reading = try read(Endless(pattern, size: 100_000_000))
        #expect(reading.bytes == 100_000_000 && reading.contents.count == 0)
        let messages = reading.contents.malformed.map(\.message)
        #expect(messages == (pattern == "#" ? [] : ["the line is longer than 256 KiB"]))
        #expect(reading.time < .seconds(5))
    }

    @Test("what follows a line that is too long is read, and its lines count on")
    func behindLongLine() throws {
        let junk = String(repeating: "1", count: 700_000)
        let comment = "10.0.0.1 # " + String(repeating: "x", count: 700_000)
        let text = "\(comment)\n\(junk)\n10.0.0.2\nx\n"
        let contents = try SetFileReader.read(SetFileBytes(Array(text.utf8)), limit: 9).contents
        #expect(contents.ipv4.map(\.description) == ["10.0.0.1/32", "10.0.0.2/32"])
        #expect(contents.malformed.map(\.line) == [2, 4])
        let zero = "\(comment)\0"
        let binary = try SetFileReader.read(SetFileBytes(Array(zero.utf8)), limit: 9).contents
        #expect(binary.malformed.map(\.message) == ["a NUL byte: this is not a text file"])
        let blank = String(repeating: " ", count: 700_000)
        let hidden = try SetFileReader.read(SetFileBytes(Array("\(blank)x".utf8)), limit: 9)
        #expect(hidden.contents.malformedCount == 1)
    }

    @Test("a gigabyte of NUL: one error, and no more of it is read")
    func zeros() throws {
        let text = Endless("\0", size: 1 << 30)
        let reading = try read(text)
        #expect(reading.contents.malformed.map(\.line) == [1])
        #expect(text.position <= SetFileReader.longestLine && reading.time < .seconds(1))
    }

    @Test("a gigabyte of addresses: reading ends at the limit, and memory with it")
    func overLimit() throws {
        let text = Endless("10.0.0.1\n", size: 1 << 30)
        let reading = try read(text, limit: 50_000)
        #expect(reading.contents.isTooLong && reading.contents.count == 50_001)
        #expect(text.position <= 50_001 * 9 + SetFileReader.longestLine)
    }

    @Test("a gigabyte of text is all there may be")
    func tooLong() throws {
        let text = Endless("#", size: .max)
        #expect(throws: SetFileReader.Failure.self) {
            try SetFileReader.read(text, limit: 1, byteLimit: 50_000_000)
        }
        #expect(text.position <= 50_000_000 + SetFileReader.longestLine)
        #expect(PolicyLimits.setFileBytes == 1 << 30)
    }

    @Test("malformed lines without end: counted up to a number")
    func malformed() throws {
        var parser = SetFileParser(limit: 1)
        let lines = Array(String(repeating: "x\n", count: 50_000).utf8)
        var rounds = 0
        while parser.takesMore, rounds < 100 {
            parser.readLines(lines.span)
            rounds += 1
        }
        #expect(parser.contents.malformedCount == PolicyLimits.malformedLinesCounted)
        #expect(rounds == 20)
    }
}
