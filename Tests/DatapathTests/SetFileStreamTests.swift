import Foundation
import TestSupport
import Testing

@testable import Datapath

/// Set files on disk: packed or not, and while others write to them.
@Suite struct SetFileStreamTests {
    private let text = (0..<60_000).map { "10.\($0 / 65_536).\($0 / 256 % 256).\($0 % 256)\n" }
        .joined()

    /// The text of a stream, read in pieces of a size.
    private func read(_ stream: SetFileStream, by size: Int = 70_000) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: size)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }

    private func reason(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    /// Packs the text into as many members.
    private func pack(_ directory: borrowing TemporaryDirectory, members: Int = 1) throws -> String
    {
        let plain = try directory.write(text, to: "plain")
        let packed = directory.appending("packed.txt")
        let commands = Array(repeating: "gzip -c \(plain)", count: members)
        try runChecked(["sh", "-c", "(\(commands.joined(separator: ";"))) >\(packed)"])
        return packed
    }

    @Test("gzip by its contents, of one member or more: text and digest as unpacked, twice")
    func packed() throws {
        let directory = try TemporaryDirectory()
        for members in [1, 3] {
            let whole = String(repeating: text, count: members)
            for size in [1, 1_000, 300_000] where size > 1 || members == 1 {
                let digest = ContentDigest()
                let stream = try SetFileStream(
                    pack(directory, members: members), digest: digest, progress: nil)
                #expect(try read(stream, by: size) == whole)
                try stream.rewind()
                #expect(try read(stream) == whole)
                #expect(digest.text == ContentDigest(whole).text)
            }
        }
    }

    @Test("plain text, an empty file, one byte: as they are, twice")
    func plain() throws {
        let directory = try TemporaryDirectory()
        for text in [text, "", "\u{1F}"] {
            let digest = ContentDigest()
            let file = try directory.write(text, to: "plain.gz")
            let stream = try SetFileStream(file, digest: digest, progress: nil)
            #expect(try read(stream) == text)
            try stream.rewind()
            #expect(try read(stream) == text)
            #expect(digest.text == ContentDigest(text).text)
        }
    }

    @Test("gzip that is cut anywhere, changed, or followed by something else")
    func corrupt() throws {
        let directory = try TemporaryDirectory()
        let whole = try Data(contentsOf: URL(fileURLWithPath: pack(directory)))
        let file = URL(fileURLWithPath: directory.appending("bad.gz"))
        func reading(_ data: Data) throws -> String {
            try data.write(to: file)
            return reason {
                _ = try read(SetFileStream(file.path, digest: ContentDigest(), progress: nil))
            }
        }
        for count in [2, 9, 10, 100, whole.count / 2, whole.count - 8, whole.count - 1] {
            #expect(try reading(whole.prefix(count)) == "the gzip data ends too early")
        }
        var changed = whole
        changed[whole.count - 6] ^= 1
        #expect(try reading(changed) == "the gzip data is corrupt: incorrect data check")
        changed = whole
        changed[2] = 7
        #expect(try reading(changed) == "the gzip data is corrupt: unknown compression method")
        #expect(try reading(whole + Data(count: 600)) == "no error")
        #expect(
            try reading(whole + Data("junk".utf8))
                == "the gzip data is corrupt: incorrect header check")
    }

    @Test("written to while it is read: refused; replaced by another one: read as it was")
    func changes() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(text, to: "feed.txt")
        func stream() throws -> SetFileStream {
            let stream = try SetFileStream(file, digest: ContentDigest(), progress: nil)
            var buffer = [UInt8](repeating: 0, count: 1_000)
            #expect(try buffer.withUnsafeMutableBytes { try stream.read(into: $0) } == 1_000)
            return stream
        }
        let renamed = try stream()
        try directory.write("192.0.2.1\n", to: "new.txt")
        try runChecked(["mv", directory.appending("new.txt"), file])
        #expect(try read(renamed).utf8.count == text.utf8.count - 1_000)

        try directory.write(text, to: "feed.txt")
        let appended = try stream()
        try runChecked(["sh", "-c", "echo 10.9.9.9 >>\(file)"])
        let refusal = "the file changed while it was read; write another one and rename it"
        #expect(reason { _ = try read(appended) } == refusal)

        let shortened = try stream()
        try runChecked(["truncate", "--size=500", file])
        #expect(reason { _ = try read(shortened) } == refusal)
    }

    @Test("what is no regular file is not even opened")
    func kinds() throws {
        let directory = try TemporaryDirectory()
        let fifo = directory.appending("fifo")
        try runChecked(["mkfifo", fifo])
        for (path, kind) in [
            (fifo, "a FIFO"), ("/dev/zero", "a device"), (directory.path, "a folder"),
        ] {
            let reason = reason {
                _ = try SetFileStream(path, digest: ContentDigest(), progress: nil)
            }
            #expect(reason == "it is \(kind), and a set file is a regular file")
        }
        let missing = reason {
            _ = try SetFileStream(
                directory.appending("none"), digest: ContentDigest(), progress: nil)
        }
        #expect(missing == "no such file or directory (ENOENT)")
    }

    @Test("progress ends at the whole file, packed or not")
    func progress() throws {
        let directory = try TemporaryDirectory()
        for file in [try pack(directory), directory.appending("plain")] {
            var seen: [ReadingProgress] = []
            let stream = try SetFileStream(file, digest: ContentDigest()) { seen.append($0) }
            _ = try read(stream)
            #expect(seen.last?.percent == 100 && seen.last?.path == file)
            #expect(seen.map(\.bytes) == seen.map(\.bytes).sorted() && seen.count > 1)
        }
    }

    @Test("packed or not, a policy has the same digest")
    func sameDigest() throws {
        let directory = try TemporaryDirectory()
        let policy = try directory.write(
            """
            version: 1
            name: edge
            sets: { bad: { file: feed.txt } }
            filters:
              inbound:
                default: pass
                rules:
                  - { name: bad, match: { src: "@bad" }, action: drop }
            """, to: "edge.yaml")
        func digest() throws -> String? { try PolicyFiles([policy]).read().revision?.digest }
        let file = try directory.write("192.0.2.1\n", to: "feed.txt")
        let plain = try digest()
        try runChecked(["sh", "-c", "gzip -c \(file) >\(file).gz; mv \(file).gz \(file)"])
        #expect(try plain != nil && digest() == plain)
        try directory.write("192.0.2.2\n", to: "feed.txt")
        #expect(try digest() != plain)
    }
}
