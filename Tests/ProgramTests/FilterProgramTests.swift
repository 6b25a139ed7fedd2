import NetTypes
import Policy
import TestSupport
import Testing

/// Rules on frames in the real program: a row for each way in which it once was wrong, or which only
/// the program has and no table.
@Suite(.requiresRoot) struct FilterProgramTests {
    private static let dport80 = Match(MatchKeys(dport: [.range(PortRange(80))]))
    private static let fragments = Match(MatchKeys(fragment: true))
    private static let arp = Packet.ethernet(vlan: [7]).arp(sender: "10.0.0.1", target: "10.0.0.2")
    private static let ipv6 = Packet.ethernet().ipv6()
    private static let chain = ipv6.hopByHop().routing(data: .init(repeating: 0, count: 20))
        .destinationOptions().authentication()

    static let rows = [
        FrameRow(
            "a frame that is not IP is judged by its family",
            Match(MatchKeys(family: [.arp])), arp.bytes, isDropped: true),
        FrameRow(
            "and by its VLAN", Match(MatchKeys(vlan: [.ids(7...7)])), arp.bytes, isDropped: true),
        FrameRow(
            "and by what its type is not",
            Match(not: MatchKeys(etherType: [0x0800...0x0800])), arp.bytes, isDropped: true),
        FrameRow("but not by an empty match", Match(), arp.bytes, isDropped: false),
        FrameRow(
            "nor where a key of IP stands beside",
            Match(MatchKeys(family: [.arp]), not: MatchKeys(src: [])), arp.bytes,
            isDropped: false),
        FrameRow(
            "behind four extension headers there are ports", dport80,
            chain.tcp(dport: 80).bytes, isDropped: true),
        FrameRow(
            "behind none there are, too: no fragment of another packet is remembered", dport80,
            ipv6.tcp(dport: 80).bytes, isDropped: true),
        FrameRow(
            "a first fragment of IPv6 is a fragment", fragments,
            ipv6.fragment(more: true).tcp().bytes, isDropped: true),
        FrameRow(
            "an atomic fragment is none", fragments, ipv6.fragment().tcp().bytes,
            isDropped: false),
        FrameRow(
            "a second fragment header that is atomic does not undo the first", fragments,
            ipv6.fragment(more: true).fragment().tcp().bytes, isDropped: true),
        FrameRow(
            "a length of 0 is malformed, also where the packet begins with it", Match(),
            ipv4.bytes.prefix(16) + [0, 0] + ipv4.tcp().bytes.dropFirst(18), isDropped: false),
    ]

    /// A driver may leave any part of a frame behind `data_end`.
    static let splitRows = [14, 17, 20, 33, 53, 54, 60, 73, 74, 130, 140].map { (length: Int) in
        FrameRow(
            "a frame split at \(length) is read as a whole", dport80,
            chain.tcp(dport: 80, payload: [1, 2, 3]).bytes, isDropped: true, linearLength: length)
    }

    static let marked = [(7, true), (0, false), (6, false), (8, false), (UInt32.max, true)].map {
        (mark: UInt32, isDropped: Bool) in
        FrameRow(
            "a mark is looked up in host order",
            Match(MatchKeys(mark: [7...7, 0x8000_0000...(.max)])),
            ipv4.udp(payload: .init(repeating: 0, count: 20)).bytes,
            isDropped: isDropped, mark: mark)
    }

    private static let ipv4 = Packet.ethernet().ipv4(src: "8.0.2.1")

    @Test(arguments: rows) func does(_ row: FrameRow) throws {
        // XDP twice, TC twice.
        #expect(try row.expect() >= 4)
    }

    @Test(arguments: splitRows) func reads(_ row: FrameRow) throws { try row.expect() }

    /// TC with and without Ethernet, where an address that begins with the number of IPv4 fits test
    /// runs, and cgroup: five programs.
    @Test(arguments: marked) func looksAtMarks(_ row: FrameRow) throws {
        #expect(try row.expect() == 5)
    }

    @Test func everyProgramIsTried() {
        let tried = ProgramSetting.all.filter { setting in
            (Self.rows + Self.marked).contains { $0.tried(in: setting) != nil }
        }
        #expect(tried == ProgramSetting.all)
    }
}
