import NetTypes
import Policy
import TestSupport
import Testing

@testable import PolicyCompiler

/// What the compiler makes of `proto`, `sport` and `dport`.
@Suite struct ValueTableTests {
    @Test func overlappingRangesBecomeClasses() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: low, match: { dport: 0-1023 }, action: drop }
              - { name: web, match: { dport: [80, 443, 8000-8100] }, action: pass }
              - { name: high, match: { dport: 1000-65535 }, action: drop }
            """
        ).compiled()
        #expect(
            filter.text(filter.values[.dport]) == [
                "absent: none", "unreadable: low web high",
                "0-79: low", "80: low web", "81-442: low", "443: low web", "444-999: low",
                "1000-1023: low high", "1024-7999: high", "8000-8100: web high",
                "8101-65535: high",
            ])
    }

    @Test func theFirstAndTheLastPort() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: first, match: { sport: 0 }, action: drop }
              - { name: last, match: { sport: 65535 }, action: drop }
              - { name: all, match: { sport: 0-65535 }, action: count }
            """
        ).compiled()
        #expect(
            filter.text(filter.values[.sport]) == [
                "absent: none", "unreadable: first last all",
                "0: first all", "1-65534: all", "65535: last all",
            ])
    }

    @Test func rangesThatTouchOrRepeatAreOne() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: a, match: { dport: [10-20, 15-30, 31, 31, "@more"] }, action: drop }
            """, sets: "more: { ports: [32, 20-25] }"
        ).compiled()
        #expect(
            filter.text(filter.values[.dport]) == [
                "absent: none", "unreadable: a", "0-9: none", "10-32: a", "33-65535: none",
            ])
    }

    @Test func rulesThatDoNotLookAreInEveryRow() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: any, match: { dport: 53 }, action: drop }
              - { name: tcp, match: { proto: tcp }, action: drop }
              - { name: both, match: { proto: [udp, 255, 0], dport: 53 }, action: drop }
            """
        ).compiled()
        #expect(
            filter.text(filter.values[.proto]) == [
                "absent: any", "unreadable: any tcp both",
                "0: any both", "1-5: any", "6: any tcp", "7-16: any", "17: any both",
                "18-254: any", "255: any both",
            ])
        #expect(
            filter.text(filter.values[.dport]) == [
                "absent: tcp", "unreadable: any tcp both",
                "0-52: tcp", "53: any tcp both", "54-65535: tcp",
            ])
    }

    @Test func rangesOfMarksBecomePrefixes() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: low, match: { mark: [0-7, 9] }, action: drop }
              - { name: bit, match: { mark: 0x80000000-0xffffffff }, action: drop }
              - { name: last, match: { mark: 0xffffffff }, action: pass }
              - { name: not, match: { not: { mark: [0-7, 9-0xfffffffe] } }, action: pass }
            """
        ).compiled()
        #expect(filter.dimensions == [.mark])
        let high = (1...31).map { bit -> String in
            let lower = UInt32.max << (32 - bit)
            let upper = lower | UInt32.max >> (bit + 1)
            return "\(lower)" + (lower == upper ? "" : "-\(upper)") + ": bit"
        }
        #expect(
            filter.text(filter.mark)
                == ["other: none", "0-7: low", "8: not", "9: low"] + high
                + ["4294967295: bit last not"])
    }

    @Test func aRuleThatLooksAtNoMarkIsForEveryMark() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: any, match: { mark: 0-0xffffffff }, action: count }
              - { name: one, match: { mark: 1, proto: tcp }, action: drop }
              - { name: tcp, match: { proto: tcp }, action: drop }
            """
        ).compiled()
        #expect(
            filter.text(filter.mark) == [
                "other: tcp", "0: any tcp", "1: any one tcp",
            ]
                + (1...31).map { bit in
                    let lower = UInt32(1) << bit
                    return "\(lower)-\(lower | (lower - 1)): any tcp"
                })
    }

    @Test func aRuleKnowsWhatItNeeds() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: all, match: {}, action: pass }
              - { name: addresses, match: { src: 10.0.0.1, dst: 10.0.0.2 }, action: pass }
              - { name: proto, match: { proto: tcp }, action: pass }
              - { name: sport, match: { sport: 1 }, action: pass }
              - { name: both, match: { proto: tcp, dport: 1 }, action: pass }
            """
        ).compiled()
        #expect(filter.rules.map(\.needs) == [0, 0, 1, 2, 3])
    }

    @Test func moreKindsOfPortsThanClassesAreAnError() throws {
        // Sixteen rules, one for each bit of a port: all 65,536 ports differ.
        let rules = (0..<16).map { bit in
            let size = 1 << bit
            let ranges = stride(from: size, to: 65536, by: 2 * size).compactMap { start in
                PortRange(UInt16(start), UInt16(start + size - 1))
            }
            return Rule(
                name: literalName("bit-\(bit)"),
                match: Match(MatchKeys(dport: ranges.map(PortTerm.range))),
                action: .drop)
        }
        let filter = Filter(name: literalName("test"), defaultVerdict: .pass, rules: rules)
        let error = #expect(throws: CompileError.self) { try CompiledFilter(filter, sets: []) }
        #expect(
            error?.description
                == "compile filter 'test': its rules tell more than 65533 values of 'dport' apart")
    }
}
