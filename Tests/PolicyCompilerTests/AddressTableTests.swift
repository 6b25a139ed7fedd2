import NetTypes
import Policy
import Testing

@testable import PolicyCompiler

/// What the compiler makes of `src` and `dst`.
@Suite struct AddressTableTests {
    @Test func aNestedPrefixInheritsWhatCoversIt() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: wide, match: { src: 10.0.0.0/8, proto: tcp }, action: drop }
              - { name: middle, match: { src: 10.1.0.0/16, proto: tcp }, action: drop }
              - { name: one, match: { src: 10.1.2.3, proto: tcp }, action: drop }
              - { name: beside, match: { src: 10.2.0.0/16, proto: tcp }, action: drop }
            """
        ).compiled()
        #expect(
            filter.text(filter.src) == [
                "other: none",
                "10.0.0.0/8: wide",
                "10.1.0.0/16: wide middle",
                "10.1.2.3/32: wide middle one",
                "10.2.0.0/16: wide beside",
            ])
    }

    @Test func bothVersionsShareTheRows() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: a, match: { dst: [10.0.0.0/8, "2001:db8::/32"], proto: tcp }, action: drop }
              - { name: b, match: { dst: "2001:db8:1::/48", proto: tcp }, action: drop }
            """
        ).compiled()
        #expect(
            filter.text(filter.dst) == [
                "other: none", "10.0.0.0/8: a", "2001:db8::/32: a", "2001:db8:1::/48: a b",
            ])
        #expect(filter.dst?.rows.count == 3)
        #expect(filter.src == nil)
    }

    @Test func aPrefixThatChangesNothingIsDropped() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: a, match: { src: [10.0.0.0/8, 10.1.0.0/16, 10.1.2.0/24] }, action: count }
              - { name: b, match: { src: 10.1.2.0/24 }, action: count }
              - { name: c, match: { src: 10.1.2.128/25 }, action: count }
            """
        ).compiled()
        #expect(
            filter.text(filter.src) == [
                "other: none", "10.0.0.0/8: a", "10.1.2.0/24: a b", "10.1.2.128/25: a b c",
            ])
    }

    @Test func aPrefixOfLengthZeroCoversItsVersionOnly() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: a, match: { src: 0.0.0.0/0 }, action: count }
              - { name: b, match: { src: "::/0" }, action: count }
              - { name: c, match: { src: 255.255.255.255 }, action: count }
            """
        ).compiled()
        #expect(
            filter.text(filter.src) == [
                "other: none", "0.0.0.0/0: a", "255.255.255.255/32: a c", "::/0: b",
            ])
    }

    @Test func aRangeIsTheFewestPrefixes() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: a, match: { src: 192.0.2.1-192.0.2.9 }, action: count }
            """
        ).compiled()
        #expect(
            filter.text(filter.src) == [
                "other: none", "192.0.2.1/32: a", "192.0.2.2/31: a", "192.0.2.4/30: a",
                "192.0.2.8/31: a",
            ])
    }

    @Test func anAddressDecidesWhenItsFirstRuleNeedsNothingElse() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: admins, match: { src: 192.0.2.0/28 }, action: pass }
              - { name: web, match: { src: 198.51.100.0/24, dport: 80 }, action: pass }
              - { name: bad, match: { src: [192.0.2.0/24, 198.51.100.0/24] }, action: drop }
            """
        ).compiled()
        #expect(
            filter.text(filter.src) == [
                "other: none",
                "192.0.2.0/24: decided by bad",
                "192.0.2.0/28: decided by admins",
                "198.51.100.0/24: web bad",
            ])
    }

    @Test func aRowIsCutBehindARuleThatIsSureToDecide() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: web, match: { dport: 80 }, action: pass }
              - { name: bad, match: { src: 10.0.0.0/8 }, action: drop }
              - { name: late, match: { dport: 443 }, action: pass }
              - { name: wide, match: { src: 0.0.0.0/0 }, action: drop }
              - { name: last, match: { dport: 22 }, action: pass }
            """
        ).compiled()
        #expect(
            filter.text(filter.src) == [
                "other: web late last",
                "0.0.0.0/0: web late wide",
                "10.0.0.0/8: web bad",
            ])
    }

    @Test func aRuleThatCountsLeavesTheRowOpen() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: seen, match: { src: 10.0.0.0/8 }, action: count }
              - { name: web, match: { dport: 80 }, action: pass }
              - { name: bad, match: { src: 10.0.0.0/8 }, action: drop }
              - { name: late, match: { src: 10.0.0.0/8 }, action: count }
            """
        ).compiled()
        #expect(
            filter.text(filter.src) == ["other: web", "10.0.0.0/8: seen web bad"])
    }

    @Test func whatTheSourceDecidesTheDestinationMustNotHide() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: both, match: { src: 10.0.0.0/8, dst: 10.9.0.0/16 }, action: pass }
              - { name: to, match: { dst: 10.0.0.0/8 }, action: drop }
              - { name: from, match: { src: 10.0.0.0/8 }, action: drop }
            """
        ).compiled()
        #expect(filter.text(filter.src) == ["other: to", "10.0.0.0/8: both to from"])
        #expect(
            filter.text(filter.dst) == [
                "other: from", "10.0.0.0/8: decided by to", "10.9.0.0/16: both to",
            ])
    }

    @Test func aRuleForEveryPacketDecidesForEveryAddress() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: bad, match: { src: 10.0.0.0/8 }, action: drop }
              - { name: all, match: {}, action: pass }
              - { name: never, match: { src: 10.0.0.0/8 }, action: pass }
            """
        ).compiled()
        #expect(
            filter.text(filter.src) == ["other: decided by all", "10.0.0.0/8: decided by bad"])
    }

    @Test func rulesOfOneSetShareItsPrefixes() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: a, match: { src: "@bad", dport: 80 }, action: drop }
              - { name: b, match: { src: "@bad", dport: 443 }, action: drop }
              - { name: c, match: { src: ["@bad", 192.0.2.1], dport: 22 }, action: drop }
            """, sets: "bad: { cidrs: [10.0.0.0/8, \"2001:db8::/32\"] }"
        ).compiled()
        #expect(
            filter.text(filter.src) == [
                "other: none", "10.0.0.0/8: a b c", "192.0.2.1/32: c", "2001:db8::/32: a b c",
            ])
        #expect(filter.src?.rows.count == 3)
    }

    @Test func addressesWithEqualRowsShareThem() throws {
        let filter = try WrittenFilter(
            """
            default: pass
            rules:
              - { name: web, match: { dport: 80 }, action: pass }
              - { name: a, match: { src: ["@x", "@y"] }, action: drop }
              - { name: b, match: { src: ["@y", "@x"] }, action: drop }
            """,
            sets: """
                x: { cidrs: [10.0.0.0/8] }
                y: { cidrs: [11.0.0.0/8] }
                """
        ).compiled()
        #expect(
            filter.text(filter.src) == ["other: web", "10.0.0.0/8: web a", "11.0.0.0/8: web a"])
        #expect(Set(filter.src?.rows ?? []).count == 2)
    }
}
