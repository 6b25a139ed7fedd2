import Foundation
import NetTypes
import TestSupport
import Testing

@testable import Policy

/// The parser and the sort against others that are plain to see.
@Suite struct SetFileReferenceTests {
    /// A line of any syntax, right more often than wrong.
    private static func line(_ random: inout SeededRandom) -> String {
        func v4(_ random: inout SeededRandom) -> String {
            "\(IPv4Address(bits: random.number(0...UInt32.max) & 0xFF03_FFFF))"
        }
        func v6(_ random: inout SeededRandom) -> String {
            let bits = UInt128(random.next()) << 64 | UInt128(random.next())
            let zeros = random.number(UInt128(0)...127)
            return random.chance(20)
                ? "::ffff:\(v4(&random))" : "\(IPv6Address(bits: (bits >> zeros) << zeros))"
        }
        let blank = ["", "", " ", "\t", "  "][random.number(0...4)]
        let text =
            switch random.number(0...13) {
            case 0, 1, 2: v4(&random)
            case 3: "\(v4(&random))/\(random.number(0...34))"
            case 4: "\(random.number(0...255)).0.0.0/\(random.number(8...32))"
            case 5, 6: v6(&random)
            case 7: "\(v6(&random))/\(random.number(0...130))"
            case 8: "\(v4(&random))\(blank)-\(blank)\(v4(&random))"
            case 9: "\(v6(&random))\(blank)-\(blank)\(v6(&random))"
            case 10: ""
            case 11: "# only a comment; \(v4(&random))"
            case 12:
                ["x", "10.0.0", "1.2.3.4,", "-", "/", "é", "1.2.3.4 5.6.7.8"][random.number(0...6)]
            default: "\(v4(&random))/"
            }
        let comment = random.chance(10) ? ["# why", "; why", "#", ";#"][random.number(0...3)] : ""
        return blank + text + blank + comment
    }

    /// Gives text in pieces of odd sizes, as pipes and decompressors do.
    private final class Crumbs: SetFileText {
        private let bytes: [UInt8]
        private var position = 0
        private var random = SeededRandom(seed: 1)

        init(_ text: String) { bytes = Array(text.utf8) }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let count = min(random.number(1...40), buffer.count, bytes.count - position)
            buffer.copyBytes(from: bytes[position..<position + count])
            position += count
            return count
        }

        func rewind() { position = 0 }
    }

    @Test("files of every syntax: the same prefixes, malformed lines and host bits")
    func random() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var malformed = 0
        for _ in 0..<150 {
            let end = random.chance(50) ? "\n" : "\r\n"
            var text = random.chance(20) ? "\u{FEFF}" : ""
            text += (0..<random.number(0...60)).map { _ in Self.line(&random) + end }.joined()
            if random.chance(50) { text += Self.line(&random) }
            let naive = NaiveSetFile(text)
            let (read, count) = try SetFileReader.read(Crumbs(text), limit: .max, longestLine: 160)
            #expect(read.ipv4 == naive.ipv4 && read.ipv6 == naive.ipv6, "seed \(seed)")
            #expect(read.malformedCount == naive.malformed.count, "seed \(seed)")
            #expect(
                read.malformed.map(\.line)
                    == Array(naive.malformed.prefix(PolicyLimits.malformedLines)), "seed \(seed)")
            #expect(
                read.hostBitsCount == naive.hostBits && count == text.utf8.count, "seed \(seed)")
            malformed += naive.malformed.count
            try expectSorted(read)
            if let last = read.ipv4.last {
                let line = SetFileReader.line(of: .v4(last), in: Crumbs(text))
                #expect(line.map { lines(of: last, in: text).first == $0 } == true, "seed \(seed)")
            }
        }
        #expect(malformed > 100)
    }

    /// The lines that hold a prefix.
    private func lines(of prefix: Prefix<IPv4Address>, in text: String) -> [Int] {
        let scalars = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        return scalars.indices.filter { NaiveSetFile(String(scalars[$0])).ipv4.contains(prefix) }
            .map { $0 + 1 }
    }

    private func expectSorted(_ contents: SetFileContents) throws {
        var contents = contents
        let (ipv4, ipv6) = (contents.ipv4, contents.ipv6)
        let set = contents.takeAddresses()
        #expect(set.ipv4 == Set(ipv4).sorted() && set.ipv6 == Set(ipv6).sorted())
    }

    /// NETCTL_LISTS=DIR: a folder of real lists, `*.txt`.
    private static let lists = ProcessInfo.processInfo.environment["NETCTL_LISTS"]

    @Test(
        "real lists: the same as line by line",
        .enabled(if: lists != nil, "set NETCTL_LISTS to a folder of real lists"))
    func realLists() throws {
        let folder = URL(fileURLWithPath: try #require(Self.lists))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let files = names.filter { $0.hasSuffix(".txt") }
        #expect(!files.isEmpty)
        for file in files {
            let data = try Data(contentsOf: folder.appending(path: file))
            let naive = NaiveSetFile(String(decoding: data, as: UTF8.self))
            let read = try SetFileReader.read(SetFileBytes(Array(data)), limit: .max).contents
            #expect(read.ipv4 == naive.ipv4 && read.ipv6 == naive.ipv6, "\(file)")
            #expect(read.malformedCount == naive.malformed.count, "\(file)")
            #expect(read.hostBitsCount == naive.hostBits, "\(file)")
            #expect(read.count > 0, "\(file)")
            try expectSorted(read)
        }
    }
}
