import TestSupport
import Testing

@testable import PolicyCompiler

/// What happens to packets whose Ethernet or L3 header cannot be read, and to those that only look
/// like it.
@Suite struct ReferenceHeaderTests {
    private static let filter = """
        default: pass
        malformed: drop
        non-ip: pass
        rules:
          - { name: all, match: {}, action: count }
        """
    private static let passed = "pass (default), counted by all"

    private static func ipv4(_ fields: IPv4Fields) -> [UInt8] {
        Packet.ethernet().ipv4(fields).udp(payload: [1, 2, 3, 4]).bytes
    }
    private static func ipv6(_ fields: IPv6Fields) -> [UInt8] {
        Packet.ethernet().ipv6(fields).udp(payload: [1, 2, 3, 4]).bytes
    }
    private static let whole4 = ipv4(IPv4Fields())
    private static let whole6 = ipv6(IPv6Fields())

    static let ethernetRows = [
        JudgementRow("no byte at all", [], "drop (truncated)"),
        JudgementRow(
            "an Ethernet header that is cut", Array(whole4.prefix(13)), "drop (truncated)"),
        JudgementRow("one VLAN tag", Packet.ethernet(vlan: [7]).ipv4().udp().bytes, passed),
        JudgementRow(
            "two VLAN tags",
            Packet.ethernet(vlan: [7, 8], tagType: [0x88a8, 0x8100]).ipv6().udp().bytes, passed),
        JudgementRow(
            "tags beyond the bound: the malformed verdict, reason vlan-depth",
            Packet.ethernet(vlan: [7, 8, 9]).ipv4().udp().bytes, "drop (vlan-depth)"),
        JudgementRow(
            "a third tag of which only the type is there",
            Packet.ethernet(vlan: [7, 8, 9]).truncated(to: 22), "drop (vlan-depth)"),
        JudgementRow(
            "a tag that is cut",
            Packet.ethernet(vlan: [7]).ipv4().udp().truncated(to: 17), "drop (truncated)"),
        JudgementRow(
            "ARP takes the non-ip verdict: an empty match is not for it",
            Packet.ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2").bytes, "pass (non-ip)"),
        JudgementRow(
            "so does any other type, with a tag and without a byte behind",
            Packet.ethernet(vlan: [1], type: 0x88cc).bytes, "pass (non-ip)"),
    ]

    static let ipv4Rows = [
        JudgementRow("a whole IPv4 packet", whole4, passed),
        JudgementRow(
            "Ethernet padding is no part of it",
            Packet.ethernet().ipv4().udp().padded(to: 60), passed),
        JudgementRow(
            "version other than 4", ipv4(IPv4Fields(version: 5)), "drop (malformed)"),
        JudgementRow(
            "header under 20 bytes", ipv4(IPv4Fields(headerWords: 4)), "drop (malformed)"),
        JudgementRow(
            "header longer than the packet", ipv4(IPv4Fields(headerWords: 9)),
            "drop (malformed)"),
        JudgementRow(
            "total length under the header", ipv4(IPv4Fields(totalLength: 19)),
            "drop (malformed)"),
        JudgementRow(
            "total length of 0 in a small packet", ipv4(IPv4Fields(totalLength: 0)),
            "drop (malformed)"),
        JudgementRow(
            "total length beyond the bytes there", ipv4(IPv4Fields(totalLength: 33)),
            "drop (truncated)"),
        JudgementRow(
            "an IPv4 header that is cut", Array(whole4.prefix(33)), "drop (truncated)"),
        JudgementRow(
            "missing bytes come before a wrong version",
            Array(ipv4(IPv4Fields(version: 5)).prefix(33)), "drop (truncated)"),
        JudgementRow(
            "checksums are not verified", ipv4(IPv4Fields(checksum: 0xdead)), passed),
        JudgementRow("options", ipv4(IPv4Fields(options: [1, 1, 1, 0])), passed),
        JudgementRow(
            "a GSO packet's total length may be 0",
            Packet.ethernet().ipv4(IPv4Fields(totalLength: 0)).udp().padded(to: 14 + 65536),
            passed),
        JudgementRow(
            "but not when the length could be said",
            Packet.ethernet().ipv4(IPv4Fields(totalLength: 0)).udp().padded(to: 14 + 65535),
            "drop (malformed)"),
    ]

    static let ipv6Rows = [
        JudgementRow("a whole IPv6 packet", whole6, passed),
        JudgementRow(
            "version other than 6", ipv6(IPv6Fields(version: 4)), "drop (malformed)"),
        JudgementRow("under 40 bytes", Array(whole6.prefix(53)), "drop (truncated)"),
        JudgementRow(
            "payload beyond the bytes there", ipv6(IPv6Fields(payloadLength: 13)),
            "drop (truncated)"),
        JudgementRow(
            "no payload, and none said", Packet.ethernet().ipv6().bytes, passed),
        JudgementRow(
            "a payload of 0 to the end of the frame, when more than 65,535 bytes are there",
            Packet.ethernet().ipv6(IPv6Fields(payloadLength: 0, nextHeader: 17))
                .raw([UInt8](repeating: 0, count: 65536 - 40)).bytes, passed),
        JudgementRow(
            "a payload of 0 in a smaller packet is none: UDP is cut",
            Packet.ethernet().ipv6(IPv6Fields(payloadLength: 0)).udp().bytes,
            "drop (truncated), counted by all"),
    ]

    @Test(arguments: ethernetRows + ipv4Rows + ipv6Rows) func means(_ row: JudgementRow) throws {
        #expect(try row.judgements(of: WrittenFilter(Self.filter)) == row.expected)
    }

    @Test func theVerdictsOfTheFilterAreAsked() throws {
        let filter = try WrittenFilter("default: pass\nmalformed: pass\nnon-ip: drop\nrules: []")
        let arp = Packet.ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2").bytes
        #expect(filter.interpreter.judge(SeenPacket(arp)).description == "drop (non-ip)")
        #expect(filter.interpreter.judge(SeenPacket([])).description == "pass (truncated)")
    }
}
