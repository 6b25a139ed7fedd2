import NetTypes
import NetctlABI
import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// What a compiled filter has beside its dimensions: verdicts, rows, limits.
@Suite struct CompiledFilterTests {
    /// `count` rules for as many ports, from 1.
    private func filter(ruleCount: Int) -> Filter {
        let rules = (1...ruleCount).map { port in
            Rule(
                name: literalName("port-\(port)"),
                match: Match(MatchKeys(dport: [.range(PortRange(UInt16(port)))])), action: .drop)
        }
        return Filter(name: literalName("test"), defaultVerdict: .pass, rules: rules)
    }

    @Test func anEmptyFilterHasVerdictsAndNoTables() throws {
        let filter = try WrittenFilter(
            "default: drop\nmalformed: pass\nnon-ip: drop\nrules: []"
        ).compiled()
        #expect(filter.defaultVerdict == .drop)
        #expect(filter.malformedVerdict == .pass)
        #expect(filter.nonIPVerdict == .drop)
        #expect(filter.dimensions == [])
        #expect(filter.rowSummaries.isEmpty && filter.rowWords.isEmpty)
        #expect(filter.wordsPerRow == 1)
    }

    @Test func onlyTheDimensionsThatRulesUseHaveTables() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: a, match: { dst: 10.0.0.1, sport: 1 }, action: drop }
            """
        ).compiled()
        #expect(filter.dimensions == [.dst, .sport])
        #expect(filter.src == nil && filter.values[.proto] == nil && filter.values[.dport] == nil)
    }

    @Test func rulesWithoutKeysAreFoundByTheProtocol() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: seen, match: {}, action: count }
              - { name: all, match: {}, action: drop }
            """
        ).compiled()
        #expect(filter.dimensions == [.proto])
        #expect(
            filter.text(filter.values[.proto]) == [
                "absent: seen all", "unreadable: seen all", "0-255: seen all",
            ])
    }

    @Test func upTo64RulesARowIsItsSummary() throws {
        let compiled = try CompiledFilter(filter(ruleCount: 64), sets: [])
        #expect(compiled.wordsPerRow == 1)
        #expect(compiled.rowWords.isEmpty)
        let table = try #require(compiled.values[.dport])
        let last = Int(table.firstRow) + Int(table.classes[64])
        #expect(compiled.rowSummaries[last] == 1 << 63)
    }

    @Test func from65RulesASummaryNamesTheWords() throws {
        let compiled = try CompiledFilter(filter(ruleCount: 65), sets: [])
        #expect(compiled.wordsPerRow == 2)
        #expect(compiled.rowWords.count == 2 * compiled.rowSummaries.count)
        let table = try #require(compiled.values[.dport])
        let last = Int(table.firstRow) + Int(table.classes[65])
        #expect(compiled.rowSummaries[last] == 0b10)
        #expect(Array(compiled.rowWords[2 * last..<2 * last + 2]) == [0, 1])
        let unreadable = Int(table.firstRow) + Int(NETCTL_CLASS_UNREADABLE.rawValue)
        #expect(compiled.rowSummaries[unreadable] == 0b11)
    }

    @Test func a4096thRuleIsFound() throws {
        let compiled = try CompiledFilter(filter(ruleCount: 4096), sets: [])
        #expect(compiled.wordsPerRow == Int(NETCTL_ROW_WORDS_MAX))
        let table = try #require(compiled.values[.dport])
        let last = Int(table.firstRow) + Int(table.classes[4096])
        #expect(compiled.rowSummaries[last] == 1 << 63)
        #expect(compiled.rowWords[64 * last + 63] == 1 << 63)
        #expect(compiled.text(table).last == "4097-65535: none")
    }

    @Test func rowsBeyondTheBudgetAreAnError() throws {
        let error = #expect(throws: CompileError.self) {
            try CompiledFilter(filter(ruleCount: 65), sets: [], rowBytesMax: 1000)
        }
        #expect(
            error?.description
                == "compile filter 'test': its rows would take more than 0 MB (dport 1 MB); use fewer rules"
        )
    }

    @Test func rowsBeyondTheBudgetNameTheSetsThatOverlap() throws {
        // Each row needs the port, too, so none is decided by its address alone.
        let rules = ["a", "b", "c", "alone"].enumerated().map { number, set in
            "  - { name: r\(number), match: { src: \"@\(set)\", dport: 1 }, action: drop }\n"
        }
        let written = try WrittenFilter(
            "default: pass\nrules:\n" + rules.joined()
                + "  - { name: own, match: { src: 10.1.1.7, dport: 1 }, action: drop }\n",
            sets: """
                a: { cidrs: [10.1.0.0/16, 172.16.0.0/12] }
                b: { cidrs: [10.0.0.0/8] }
                c: { cidrs: [10.1.1.0/24] }
                alone: { cidrs: [192.0.2.0/24] }
                """)
        let error = #expect(throws: CompileError.self) {
            try CompiledFilter(written.filter, sets: written.sets, rowBytesMax: 40)
        }
        let text = try #require(error?.description)
        #expect(text.contains("(src 1 MB)"), "\(text)")
        #expect(
            text.contains(
                "the src addresses of rules overlap in 3 ways, most of all set 'a', set 'b', set 'c', "
                    + "the addresses of rule 'own'; use fewer overlapping sets"), "\(text)")
        #expect(!text.contains("alone"))
    }
}
