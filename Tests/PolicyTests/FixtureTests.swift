import Foundation
import Policy
import TestSupport
import Testing

/// `Fixtures/{valid,invalid}/*.yaml` beside `*.expected`, the diagnostics as text.
///
/// `RECORD_SNAPSHOTS=1 swift test` writes the expected files anew.
@Suite struct FixtureTests {
    @Test(
        "a valid policy has no error, and its warnings are known", arguments: Fixture.all("valid"))
    func valid(_ fixture: Fixture) throws {
        let result = try fixture.read()
        #expect(result.policy != nil)
        try fixture.compare(result)
    }

    @Test("an invalid policy gives exactly these errors", arguments: Fixture.all("invalid"))
    func invalid(_ fixture: Fixture) throws {
        let result = try fixture.read()
        #expect(result.policy == nil)
        #expect(result.hasErrors)
        try fixture.compare(result)
    }

    @Test("an invalid policy is refused in no time, and takes no memory to speak of")
    func cost() throws {
        for fixture in Fixture.all("invalid") {
            let before = peakMemoryBytes()
            let elapsed = try processorTime { _ = try fixture.read() }
            #expect(elapsed < .seconds(1), "\(fixture.name)")
            // Other tests of this process may grow it meanwhile; that only makes this stricter.
            #expect(peakMemoryBytes() - before < 200 << 20, "\(fixture.name)")
        }
    }

    @Test("there are enough fixtures, and no expectation without a policy")
    func completeness() throws {
        #expect(Fixture.all("invalid").count >= 200)
        #expect(Fixture.all("valid").count >= 25)
        for kind in ["valid", "invalid"] {
            let files = try FileManager.default.contentsOfDirectory(atPath: Fixture.directory(kind))
            let policies = Set(files.filter { $0.hasSuffix(".yaml") }.map { $0.dropLast(5) })
            let expectations = Set(
                files.filter { $0.hasSuffix(".expected") }.map { $0.dropLast(9) })
            #expect(policies == expectations)
        }
    }
}

/// A policy file of the tests.
struct Fixture: CustomTestStringConvertible, Sendable {
    let kind: String
    let name: String

    var testDescription: String { name }

    static func directory(_ kind: String, _ file: String = #filePath) -> String {
        URL(fileURLWithPath: file).deletingLastPathComponent().appending(path: "Fixtures/\(kind)")
            .path
    }

    static func all(_ kind: String) -> [Fixture] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory(kind))) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted().map {
            Fixture(kind: kind, name: String($0.dropLast(5)))
        }
    }

    func policyBytes() throws -> [UInt8] { try bytes("\(name).yaml") }

    func read() throws -> ReadResult {
        let source = PolicySource(path: "\(name).yaml", bytes: try policyBytes())
        return PolicyReader.read([source]) { try bytes($0) }
    }

    private func bytes(_ file: String) throws -> [UInt8] {
        let path = "\(Self.directory(kind))/\(file)"
        guard let data = FileManager.default.contents(atPath: path) else { throw MissingFile() }
        return Array(data)
    }

    func compare(_ result: ReadResult) throws {
        let text = result.diagnostics.map { "\(result.rendered($0))\n" }.joined()
        let path = "\(Self.directory(kind))/\(name).expected"
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(text == (try? String(contentsOfFile: path, encoding: .utf8)))
    }

    struct MissingFile: Error, CustomStringConvertible {
        let description = "no such file (ENOENT)"
    }
}
