import TestSupport
import Testing

@testable import PolicyCompiler

/// What rules mean when the L4 header, or the way there, cannot be read.
@Suite struct ReferenceUnreadableTests {
    private static let filter = """
        default: pass
        malformed: drop
        rules:
          - { name: queries, match: { dport: 53 }, action: count }
          - { name: datagrams, match: { proto: udp }, action: count }
          - { name: friend, match: { src: [192.0.2.1, "2001:db8::1"] }, action: pass }
          - { name: streams, match: { proto: tcp, src: [192.0.2.2, "2001:db8::2"] }, action: pass }
          - { name: web, match: { dport: 80, src: [192.0.2.3, "2001:db8::3"] }, action: pass }
          - { name: late, match: { src: [192.0.2.0/28, "2001:db8::/124"] }, action: pass }
        """

    /// An IPv4 packet from 192.0.2.`host`.
    private static func ipv4(_ host: Int, _ number: UInt8, _ l4: [UInt8]) -> [UInt8] {
        Packet.ethernet().ipv4(src: "192.0.2.\(host)").raw(l4, protocol: number).bytes
    }
    private static func ipv6(_ host: Int) -> Packet {
        .ethernet().ipv6(src: "2001:db8::\(host)")
    }
    private static func chain(_ count: Int, _ host: Int) -> Packet {
        (0..<count).reduce(ipv6(host)) { packet, _ in packet.destinationOptions() }
    }
    private static func tcp(dataOffset: UInt8, _ host: Int = 99) -> [UInt8] {
        Packet.ethernet().ipv4(src: "192.0.2.\(host)").tcp(dport: 80, dataOffset: dataOffset).bytes
    }

    static let headers = [
        JudgementRow("TCP under 20 bytes", ipv4(99, 6, .zeros(19)), "drop (truncated)"),
        JudgementRow("TCP with a data offset under 20", tcp(dataOffset: 4), "drop (malformed)"),
        JudgementRow("TCP with a data offset of 20", tcp(dataOffset: 5), "pass (default)"),
        JudgementRow(
            "TCP with a data offset beyond the packet", tcp(dataOffset: 6), "drop (truncated)"),
        JudgementRow(
            "padding does not make L4 longer",
            Packet.ethernet().ipv4(src: "192.0.2.99").raw(.zeros(7), protocol: 17).padded(),
            "drop (truncated), counted by datagrams"),
        JudgementRow(
            "UDP of 8 bytes", ipv4(99, 17, .zeros(8)), "pass (default), counted by datagrams"),
        JudgementRow("SCTP under 12 bytes", ipv4(99, 132, .zeros(11)), "drop (truncated)"),
        JudgementRow("SCTP of 12 bytes", ipv4(99, 132, .zeros(12)), "pass (default)"),
        JudgementRow("ICMP under 4 bytes", ipv4(99, 1, .zeros(3)), "drop (truncated)"),
        JudgementRow("ICMP of 4 bytes", ipv4(99, 1, .zeros(4)), "pass (default)"),
        JudgementRow(
            "ICMPv6 under 4 bytes", ipv6(99).raw(.zeros(3), protocol: 58).bytes,
            "drop (truncated)"),
        JudgementRow("other protocols have no minimum", ipv4(99, 50, []), "pass (default)"),
    ]

    static let rules = [
        JudgementRow(
            "an address rule always holds", ipv4(1, 17, .zeros(2)),
            "pass (rule friend), counted by datagrams"),
        JudgementRow(
            "the protocol is readable where only L4 is not", ipv4(2, 6, .zeros(2)),
            "pass (rule streams)"),
        JudgementRow(
            "a rule whose readable keys hold and that needs L4: the malformed verdict",
            ipv4(3, 6, .zeros(2)), "drop (truncated)"),
        JudgementRow(
            "a rule with a readable key that fails is passed over", ipv4(4, 6, .zeros(2)),
            "pass (rule late)"),
        JudgementRow(
            "a count rule that needs an unreadable field is skipped: not so the next",
            ipv4(4, 17, .zeros(2)), "pass (rule late), counted by datagrams"),
        JudgementRow(
            "a port key does not match ICMP, readable or not", ipv4(3, 1, .zeros(2)),
            "pass (rule late)"),
        JudgementRow(
            "no rule holds: not the default but the malformed verdict", ipv4(99, 1, .zeros(2)),
            "drop (truncated)"),
    ]

    static let extensions = [
        JudgementRow(
            "eight extension headers are walked", chain(8, 3).udp(dport: 80).bytes,
            "pass (rule web), counted by datagrams"),
        JudgementRow("nine are not", chain(9, 99).udp(dport: 80).bytes, "drop (ext-headers)"),
        JudgementRow(
            "a ninth that is cut is a ninth", chain(8, 99).raw([17], protocol: 60).bytes,
            "drop (ext-headers)"),
        JudgementRow(
            "a ninth that is a fragment is a ninth",
            chain(8, 99).fragment(offset: 1, next: 17).bytes, "drop (ext-headers)"),
        JudgementRow(
            "an eighth that is a later fragment ends the walk",
            chain(7, 4).fragment(offset: 1, next: 17).bytes,
            "pass (rule late), counted by datagrams"),
        JudgementRow(
            "an address rule holds behind any chain", chain(9, 1).udp().bytes,
            "pass (rule friend)"),
        JudgementRow(
            "behind an unwalked chain the protocol is unreadable too: so is a rule that needs it",
            chain(9, 2).udp().bytes, "drop (ext-headers)"),
        JudgementRow(
            "a header that is cut is truncated, not ext-headers",
            ipv6(99).destinationOptions(length: 1).bytes, "drop (truncated)"),
        JudgementRow(
            "AH counts in four bytes", ipv6(3).authentication().udp(dport: 80).bytes,
            "pass (rule web), counted by datagrams"),
        JudgementRow(
            "hop-by-hop, routing, destination, fragment, AH in any order",
            ipv6(3).destinationOptions().routing(data: .zeros(20)).fragment().authentication()
                .hopByHop(options: .zeros(14)).tcp(dport: 80).bytes, "pass (rule web)"),
        JudgementRow(
            "mobility, HIP, shim6",
            ipv6(3).raw([139, 0] + .zeros(6), protocol: 135).raw([140, 0] + .zeros(6))
                .raw([6, 0] + .zeros(6)).tcp(dport: 80).bytes, "pass (rule web)"),
        JudgementRow(
            "no next header is a protocol of its own", ipv6(4).raw([1], protocol: 59).bytes,
            "pass (rule late)"),
        JudgementRow(
            "IPv4 has no extension headers: AH is its protocol",
            ipv4(4, 51, [6, 4] + .zeros(2)), "pass (rule late)"),
        JudgementRow(
            "the low bits of a fragment's offset are none: a first fragment has L4",
            ipv6(3).raw([6, 0, 0, 7] + .zeros(4), protocol: 44).tcp(dport: 80).bytes,
            "pass (rule web)"),
    ]

    @Test(arguments: headers + rules + extensions) func means(_ row: JudgementRow) throws {
        #expect(try row.judgements(of: WrittenFilter(Self.filter)) == row.expected)
    }
}

extension [UInt8] {
    /// That many zeros.
    static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
