import Foundation
import FuzzInputs
import Testing

/// What `make fuzz-readers` has found, read once more.
@Suite struct CorpusTests {
    private static let corpora = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "FuzzInputs/Corpora")

    @Test("each reader takes the bytes that were kept for it", arguments: FuzzInput.all.map(\.name))
    func corpus(_ name: String) throws {
        let input = try #require(FuzzInput.all.first { $0.name == name })
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.corpora.appending(path: name), includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files { input.read(Array(try Data(contentsOf: file))) }
    }
}
