import Foundation
import NetTypes
import TestSupport
import Testing

@testable import Policy

/// `docs/policy.schema.json`: what editors know of the reader.
@Suite("JSON Schema") struct SchemaTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// How an editor's parser may take scalars: by their form, or, quoted, as text.
    enum Scalars: CaseIterable { case resolved, quoted }

    /// What the reader sees of a file; nil when that is no YAML to it.
    private func document(_ bytes: [UInt8], _ scalars: Scalars) -> JSONValue? {
        guard let text = try? SourceText(PolicySource(path: "p.yaml", bytes: bytes)) else {
            return nil
        }
        let reading = Reading(source: text)
        guard let value = YAMLDocument.read(reading), !reading.hasErrors else { return nil }
        return json(value, scalars)
    }

    private func json(_ value: YAMLValue, _ scalars: Scalars) -> JSONValue {
        switch value.content {
        case .sequence(let elements): return .array(elements.map { json($0, scalars) })
        case .mapping(let pairs):
            let members = pairs.map { ($0.key.text ?? "", json($0.value, scalars)) }
            return .object(Dictionary(members) { first, _ in first })
        case .scalar(let text):
            guard scalars == .resolved else { return .string(text) }
            // YAML 1.2, core schema. `null` as a name must be quoted in an editor.
            switch text {
            case "": return .null
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: break
            }
            if text.hasPrefix("0x"), let number = Int(text.dropFirst(2), radix: 16) {
                return .number(Double(number))
            }
            let isNumber = text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
            return (isNumber ? Double(text) : nil).map(JSONValue.number) ?? .string(text)
        }
    }

    @Test("the file in docs is what the reader's tables give")
    func committed() throws {
        let file = Self.repository.appending(path: "docs/policy.schema.json")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
            try PolicySchema.text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == PolicySchema.text)
    }

    @Test("it accepts every valid policy", arguments: Scalars.allCases)
    func valid(_ scalars: Scalars) throws {
        let schema = try JSONSchema(parsing: PolicySchema.text)
        for fixture in Fixture.all("valid") {
            let bytes = try fixture.policyBytes()
            let document = try #require(self.document(bytes, scalars))
            #expect(try schema.accepts(document), "\(fixture.name)")
        }
        let policies = Self.repository.appending(path: "policies")
        let files = try FileManager.default.contentsOfDirectory(atPath: policies.path)
            .filter { $0.hasSuffix(".yaml") }
        #expect(files.count >= 4)
        for file in files {
            let bytes = try Data(contentsOf: policies.appending(path: file))
            let document = try #require(self.document(Array(bytes), scalars))
            #expect(try schema.accepts(document), "\(file)")
        }
    }

    /// Errors that no schema can see: they are of several places, or of other files.
    private static let beyondCodes: Set = [
        "duplicate-attach", "duplicate-name", "host-bits", "set-cycle", "set-file",
        "set-file-line", "unknown-device-list", "unknown-filter", "unknown-rule", "unknown-set",
        "unsupported-hook",
        "wrong-set-kind",
    ]

    /// Invalid policies that a schema accepts for all that, and why.
    private static let beyond: [String: String] = {
        let reasons = [
            "which end of a range is lower": [
                "key-dscp-reversed", "key-ethertype-reversed", "key-icmp-reversed",
                "key-length-reversed", "key-vlan-reversed", "reversed-range",
            ],
            "an editor sees the number, not how it is written": [
                "key-ethertype-leading-zero", "key-icmp-hex", "key-icmp-leading-zero",
                "key-ttl-hex", "key-ttl-leading-zeros", "key-vlan-leading-zero",
            ],
            "whether a number or a code of ICMP needs a 'proto' beside it": [
                "key-icmp-code-of-shared-name", "key-icmp-number-both-protos",
                "key-icmp-number-no-proto", "key-icmp-number-other-proto",
                "key-icmp-number-proto-under-not",
            ],
            "a flag that is both set and clear": ["key-flags-both"],
            "access that is given twice": ["device-access-twice"],
            "what keys of one packet contradict each other": [
                "test-contradiction-families", "test-contradiction-icmp-port",
                "test-contradictions",
            ],
            "another file of the policy may have the name": ["missing-name"],
        ]
        let pairs = reasons.flatMap { reason, names in names.map { ($0, reason) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()

    @Test("it refuses every invalid policy but for errors that no schema can see")
    func invalid() throws {
        let schema = try JSONSchema(parsing: PolicySchema.text)
        var accepted: Set<String> = []
        var codes: Set<String> = []
        var refused = 0
        for fixture in Fixture.all("invalid") {
            let result = try fixture.read()
            let errors = Set(result.diagnostics.filter { $0.severity == .error }.map(\.code))
            for scalars in Scalars.allCases {
                // What is no YAML to the reader is none to an editor, or not what it says.
                guard let document = self.document(try fixture.policyBytes(), scalars) else {
                    continue
                }
                guard try schema.accepts(document) else {
                    refused += 1
                    continue
                }
                if errors.isSubset(of: Self.beyondCodes) {
                    codes.formUnion(errors)
                } else {
                    accepted.insert(fixture.name)
                }
            }
        }
        #expect(accepted.sorted() == Self.beyond.keys.sorted())
        #expect(codes == Self.beyondCodes)
        #expect(refused > 200)
    }

    @Test(
        "patterns of numbers take exactly these numbers", arguments: [1, 9, 10, 32, 63, 128, 255])
    func numbers(_ last: Int) throws {
        for first in 0...1 {
            let expression = try NSRegularExpression(
                pattern: "^(?:\(Pattern.number(first...last)))$")
            for number in 0...1_300 {
                let isIn = expression.numberOfMatches(
                    in: "\(number)", range: NSRange(location: 0, length: "\(number)".count))
                #expect((isIn == 1) == (first...last).contains(number), "\(number) \(last)")
            }
            for text in ["", "00", "01", "-1", "+1", "1 ", " 1", "1.0"] {
                let range = NSRange(location: 0, length: text.count)
                #expect(expression.numberOfMatches(in: text, range: range) == 0, "'\(text)'")
            }
        }
    }

    @Test("patterns of large numbers, at their edges")
    func largeNumbers() throws {
        for last in [4_095, 65_535, 1_000_000_000] {
            let expression = try NSRegularExpression(pattern: "^(?:\(Pattern.number(1...last)))$")
            for number in [0, 1, 9, 99, 999, 4_094, 4_095, 4_096, 9_999, 59_999, 65_499, 65_535]
                + [65_536, 70_000, 99_999, 999_999_999, 1_000_000_000, 1_000_000_001]
            {
                let range = NSRange(location: 0, length: "\(number)".count)
                let isIn = expression.numberOfMatches(in: "\(number)", range: range) == 1
                #expect(isIn == (1...last).contains(number), "\(number) of \(last)")
            }
        }
    }
}
