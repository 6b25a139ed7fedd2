import NetTypes
import Policy
import TestSupport
import Testing

/// Whatever the bytes are: an answer, soon, and no crash.
@Suite struct HostileInputTests {
    private func milliseconds(_ body: () -> Void) -> Int64 {
        let duration = processorTime(body)
        return duration.components.seconds * 1_000
            + duration.components.attoseconds / 1_000_000_000_000_000
    }

    private func codes(_ text: String) -> [String] { read(text).diagnostics.map(\.code) }

    @Test("100 MB are refused by their size, before anything looks at them")
    func hugeFile() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 100_000_000)
        var result: ReadResult?
        let elapsed = milliseconds {
            result = PolicyReader.read([PolicySource(path: "huge.yaml", bytes: bytes)]) { _ in [] }
        }
        #expect(result?.diagnostics.map(\.code) == ["too-large"])
        #expect(result?.diagnostics.first?.message.contains("larger than 2 MiB") == true)
        #expect(elapsed < 100)
    }

    @Test("several files count together")
    func hugeTogether() {
        let half = [UInt8](repeating: UInt8(ascii: "#"), count: 1_200_000)
        let sources = ["a.yaml", "b.yaml"].map { PolicySource(path: $0, bytes: half) }
        let result = PolicyReader.read(sources) { _ in [] }
        #expect(result.diagnostics.map(\.code) == ["too-large"])
        #expect(result.diagnostics.first?.location.file == "b.yaml")
    }

    @Test("an alias bomb: refused by what it expands to")
    func aliasBomb() {
        var text = "version: 1\nname: edge\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let previous = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(previous)]\n"
        }
        var found: [String] = []
        let elapsed = milliseconds { found = codes(text) }
        #expect(found == ["too-many-nodes"])
        #expect(elapsed < 10_000)
    }

    @Test(
        "an alias bomb in a key, which Yams would hash for ever", .timeLimit(.minutes(1)),
        arguments: ["? *a30\n: x\n", "{[*a30]: x}: y\n", "[*a30]: x\n", "?\n  - *a30\n: x\n"])
    func aliasBombAsKey(_ key: String) {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...30 {
            text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        #expect(codes(text + key) == ["too-many-nodes"])
    }

    @Test(
        "nesting",
        arguments: ["[", "{", "- ", "? ", "{a: ", "a: [", "[[", "- - "])
    func nesting(_ unit: String) {
        for count in [65, 900, 20_000] {
            let text = String(repeating: unit, count: count)
            let closed = text + "x" + String(repeating: "]", count: unit == "[" ? count : 0)
            #expect(!codes(closed).isEmpty)
        }
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(codes("a: \(deep)") == ["too-deep"])
    }

    @Test("a list of 64 levels is not too deep, one of 65 is")
    func depthLimit() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1)
        }
        #expect(!codes("a: \(nested(63))").contains("too-deep"))
        #expect(codes("a: \(nested(65))").contains("too-deep"))
    }

    @Test("thousands of errors on one line are cut, and quick")
    func manyErrors() {
        let ports = Array(repeating: "70000", count: 50_000).joined(separator: ", ")
        var result: ReadResult?
        let elapsed = milliseconds {
            result = read(
                policyText(rules: ["{ name: a, match: { dport: [\(ports)] }, action: drop }"]))
        }
        #expect(result?.diagnostics.count == 1_001)
        #expect(result?.diagnostics.last?.code == "too-many-diagnostics")
        #expect(result?.diagnostics.last?.message == "and 49000 more errors and warnings")
        #expect(elapsed < 20_000)
    }

    @Test("thousands of warnings crowd out no error, and are not errors")
    func manyWarnings() {
        let filters = (0..<1_500).map { "  f\($0): { default: drop }\n" }.joined()
        let warned = read("version: 1\nname: edge\nfilters:\n" + filters)
        #expect(warned.policy != nil && !warned.hasErrors)
        #expect(warned.diagnostics.last?.message == "and 500 more errors and warnings")
        let failed = read(
            "version: 1\nname: edge\nfilters:\n" + filters + "attach: [{ interface: a, xdp: g }]")
        #expect(failed.diagnostics.contains { $0.code == "unknown-filter" })
        #expect(failed.policy == nil)
    }

    @Test("mutated policies never crash, and never lose an error silently")
    func mutations() throws {
        var generator = SplitMix(seed: 3)
        let seed = Array(
            """
            version: 1
            name: edge
            sets:
              bad: { cidrs: [10.0.0.0/8, "fc00::/7", 192.0.2.1-192.0.2.9] }
              web: { ports: [80, 8000-8100] }
            filters:
              inbound:
                default: pass
                rules:
                  - name: web
                    match: { src: "@bad", proto: tcp, dport: "@web" }
                    action: drop
            attach:
              - { interface: "veth*", xdp: inbound }
            """.utf8)
        let alphabet = Array("[]{}:,-&*!|>'\"%@`#?\n\t \0\u{FF}a0".utf8)
        for _ in 0..<600 {
            var bytes = seed
            for _ in 0...(generator.next() % 4) {
                let index = Int(generator.next() % UInt64(bytes.count))
                let byte = alphabet[Int(generator.next() % UInt64(alphabet.count))]
                switch generator.next() % 3 {
                case 0: bytes[index] = byte
                case 1: bytes.insert(byte, at: index)
                default: bytes.remove(at: index)
                }
            }
            let result = PolicyReader.read([PolicySource(path: "p.yaml", bytes: bytes)]) { _ in [] }
            #expect((result.policy == nil) == result.hasErrors)
            for diagnostic in result.diagnostics {
                #expect(diagnostic.location.line >= 1)
                #expect(!result.rendered(diagnostic).isEmpty)
            }
        }
    }
}
