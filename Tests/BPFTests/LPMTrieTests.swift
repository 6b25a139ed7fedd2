import BPF
import SystemPackage
import Testing

@Suite(.root, .clang) struct LPMTrieTests {
    @Test func `the longest prefix decides`() throws {
        let object = try Fixture.load()
        let prefixes = try object.map("prefixes", as: LPMTrie<Prefix4, UInt32>.self)
        try prefixes.update(Prefix4(0x0a00_0000, 8), Verdict.drop)
        try prefixes.update(Prefix4(0x0a01_0000, 16), Verdict.tx)
        let program = try object.program("by_source")
        let cases: [(source: UInt32, verdict: UInt32)] = [
            (0x0a02_0000, Verdict.drop), (0x0a01_ffff, Verdict.tx), (0x0b00_0000, Verdict.pass),
        ]
        for (source, verdict) in cases {
            #expect(try program.testRun(packet: packet(source: source)).returnValue == verdict)
        }
        #expect(try prefixes.value(for: Prefix4(0x0a01_0203, 32)) == Verdict.tx)
        #expect(try prefixes.delete(Prefix4(0x0a01_0000, 16)))
        #expect(try prefixes.value(for: Prefix4(0x0a01_0203, 32)) == Verdict.drop)
    }

    @Test func `100,000 prefixes there and back`() throws {
        let prefixes = try Fixture.load().map("prefixes", as: LPMTrie<Prefix4, UInt32>.self)
        let keys = (0..<100_000).map { Prefix4(0x0a00_0000 + UInt32($0) << 4, 28) }
        let values = (0..<100_000).map { UInt32($0) }
        try prefixes.updateBatch(keys: keys.span, values: values.span)
        #expect(try prefixes.value(for: Prefix4(0x0a00_0000 + 77_777 << 4 + 3, 32)) == 77_777)
        let elements = try prefixes.elements()
        #expect(elements.count == 100_000)
        #expect(
            Dictionary(elements.map { ($0.key, $0.value) }) { first, _ in first }
                == Dictionary(uniqueKeysWithValues: zip(keys, values)))

        let full = try failure {
            try prefixes.updateBatch(keys: [Prefix4(0, 1)].span, values: [1].span)
        }
        #expect(full.code == .full)
        #expect(
            "\(full)" == "update map prefixes at element 0: its 100000 entries are taken (ENOSPC)")

        try prefixes.deleteBatch(keys: keys.span)
        #expect(try prefixes.elements().isEmpty)
    }

    @Test func `a prefix that is too long`() throws {
        let prefixes = try Fixture.load().map("prefixes", as: LPMTrie<Prefix4, UInt32>.self)
        let error = try failure { try prefixes.update(Prefix4(0, 33), 1) }
        #expect(error.errno == .invalidArgument)
    }
}
