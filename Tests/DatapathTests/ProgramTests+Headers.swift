import Policy
import PolicyCompiler
import TestSupport
import Testing

/// What the parser reads, what it cannot, and what becomes of the packet then.
extension ProgramTests {
    // MARK: Ethernet and VLAN

    @Test(
        "VLAN tags are walked to the bound of two; three are too deep", arguments: ["drop", "pass"])
    func vlanTags(malformed: String) throws {
        let filter = try LoadedFilter(
            malformed: malformed, "{ name: dns, match: { proto: udp, dport: 53 }, action: drop }")
        func tagged(_ tags: [UInt16], _ types: [UInt16] = [0x8100]) -> Packet {
            Packet.ethernet(vlan: tags, tagType: types).ipv4().udp()
        }
        let deep: Outcome = malformed == "drop" ? .drop(.vlanDepth) : .pass(.vlanDepth)
        try expect(
            filter,
            [
                PacketRow("none", tagged([]), .drop(rule: "dns")),
                PacketRow("one", tagged([10]), .drop(rule: "dns")),
                PacketRow("priority bits", tagged([0xe00a]), .drop(rule: "dns")),
                PacketRow("two", tagged([10, 20]), .drop(rule: "dns")),
                PacketRow("QinQ", tagged([10, 20], [0x88a8, 0x8100]), .drop(rule: "dns")),
                PacketRow("three", tagged([10, 20, 30]), deep),
                PacketRow(
                    "IPv6 behind two",
                    Packet.ethernet(vlan: [1, 2]).ipv6().udp(), .drop(rule: "dns")),
                PacketRow(
                    "ARP behind one",
                    Packet.ethernet(vlan: [1]).arp(sender: "10.0.0.1", target: "10.0.0.2"),
                    .pass(.nonIP)),
                PacketRow(
                    "cut within a tag", tagged([10]).truncated(to: 16),
                    malformed == "drop" ? .drop(.truncated) : .pass(.truncated)),
            ])
    }

    @Test("frames that are not IP take non-ip, whatever the rules", arguments: ["drop", "pass"])
    func nonIP(verdict: String) throws {
        let filter = try LoadedFilter(
            default: "drop", nonIP: verdict, "{ name: all, match: {}, action: pass }")
        let outcome: Outcome = verdict == "drop" ? .drop(.nonIP) : .pass(.nonIP)
        try expect(
            filter,
            [
                PacketRow("ARP", .ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2"), outcome),
                PacketRow("LLDP", .ethernet().raw([2, 7, 4], etherType: 0x88cc), outcome),
                PacketRow("802.3 length", .ethernet(type: 38).raw([0x42, 0x42, 3]), outcome),
                PacketRow("an Ethernet header alone", .ethernet(type: 0x88b5), outcome),
                PacketRow("IPv4", Self.v4.udp(), .pass(rule: "all")),
            ])
    }

    // MARK: Broken L3

    @Test(
        "a broken L3 header takes the malformed verdict before any rule",
        arguments: ["drop", "pass"])
    func brokenL3(malformed: String) throws {
        let filter = try LoadedFilter(
            malformed: malformed, "{ name: all, match: {}, action: count }")
        func broken(_ fields: IPv4Fields) -> Packet { .ethernet().ipv4(fields).udp() }
        let bad: Outcome = malformed == "drop" ? .drop(.malformed) : .pass(.malformed)
        let cut: Outcome = malformed == "drop" ? .drop(.truncated) : .pass(.truncated)
        let fine = Outcome.pass(.default).counting("all")
        let frame = Self.v4.udp(payload: [1, 2, 3, 4])
        try expect(
            filter,
            [
                PacketRow("whole", frame, fine),
                PacketRow("IPv4, version 5", broken(IPv4Fields(version: 5)), bad),
                PacketRow("IPv4, version 6", broken(IPv4Fields(version: 6)), bad),
                PacketRow("IPv4, header of 16 bytes", broken(IPv4Fields(headerWords: 4)), bad),
                PacketRow("IPv4, header of 0 bytes", broken(IPv4Fields(headerWords: 0)), bad),
                PacketRow(
                    "IPv4, header beyond the packet",
                    Packet.ethernet().ipv4(IPv4Fields(headerWords: 15)).udp(), bad),
                PacketRow("IPv4, total under the header", broken(IPv4Fields(totalLength: 19)), bad),
                PacketRow("IPv4, total 0", broken(IPv4Fields(totalLength: 0)), bad),
                PacketRow("IPv4, total beyond the frame", broken(IPv4Fields(totalLength: 29)), cut),
                PacketRow("IPv4, total 65535", broken(IPv4Fields(totalLength: 65535)), cut),
                PacketRow("IPv4, cut within the header", frame.truncated(to: 33), cut),
                PacketRow("IPv4, cut behind Ethernet", frame.truncated(to: 14), cut),
                PacketRow("IPv4, cut within the payload", frame.truncated(to: 45), cut),
                PacketRow(
                    "a wrong checksum is not looked at", broken(IPv4Fields(checksum: 1)), fine),
                PacketRow("padding is not part of the packet", Self.v4.udp().padded(to: 60), fine),
                PacketRow(
                    "IPv4 options",
                    Packet.ethernet().ipv4(IPv4Fields(options: [1, 1, 1, 1])).udp(), fine),
                PacketRow(
                    "IPv6, version 4",
                    Packet.ethernet().ipv6(IPv6Fields(version: 4)).udp(), bad),
                PacketRow(
                    "IPv6, payload beyond the frame",
                    Packet.ethernet().ipv6(IPv6Fields(payloadLength: 9)).udp(), cut),
                PacketRow("IPv6, cut within the header", Self.v6.udp().truncated(to: 53), cut),
                PacketRow("IPv6, padded", Self.v6.udp().padded(to: 80), fine),
                PacketRow("IPv6, whole", Self.v6.udp(), fine),
            ])
    }

    // MARK: Unreadable L4

    @Test("an address rule holds whatever L4 is; what needs L4 takes the malformed verdict")
    func unreadableL4() throws {
        let filter = try LoadedFilter(
            "{ name: seen, match: { src: 10.0.0.0/8 }, action: count }",
            "{ name: dns-seen, match: { proto: udp, dport: 53 }, action: count }",
            "{ name: friend, match: { src: 192.0.2.1 }, action: pass }",
            "{ name: dns, match: { proto: udp, dport: 53 }, action: drop }",
            "{ name: net, match: { src: 10.0.0.0/8 }, action: pass }",
            "{ name: udp, match: { proto: udp }, action: drop }")
        let net = Packet.ethernet().ipv4(src: "10.0.0.1")
        let else4 = Packet.ethernet().ipv4(src: "203.0.113.1")
        try expect(
            filter,
            [
                PacketRow("readable", net.udp(), .drop(rule: "dns").counting("seen", "dns-seen")),
                PacketRow(
                    "an address rule first", Self.v4.raw([0, 1], protocol: 17),
                    .pass(rule: "friend")),
                PacketRow(
                    "a rule that might hold comes before it: UDP of 7 bytes",
                    net.raw([1, 2, 0, 53, 0, 7, 0], protocol: 17),
                    .drop(.truncated).counting("seen")),
                PacketRow(
                    "one that cannot hold does not: TCP of 19 bytes",
                    net.raw([UInt8](repeating: 0x50, count: 19), protocol: 6),
                    .pass(rule: "net").counting("seen")),
                PacketRow(
                    "TCP, data offset 4", net.tcp(dataOffset: 4),
                    .pass(rule: "net").counting("seen")),
                PacketRow(
                    "no address rule: TCP, data offset 4", else4.tcp(dataOffset: 4),
                    .drop(.malformed)),
                PacketRow(
                    "no address rule: TCP, data offset beyond", else4.tcp(dataOffset: 6),
                    .drop(.truncated)),
                PacketRow(
                    "no address rule: SCTP of 11 bytes",
                    else4.raw([UInt8](repeating: 1, count: 11), protocol: 132), .drop(.truncated)),
                PacketRow(
                    "no address rule: ICMP of 3 bytes", else4.raw([8, 0, 0], protocol: 1),
                    .drop(.truncated)),
                PacketRow(
                    "L4 within the padding is not there",
                    Packet.ethernet().ipv4(
                        src: "203.0.113.1", IPv4Fields(totalLength: 27)
                    ).udp().padded(to: 60),
                    .drop(.truncated)),
                PacketRow(
                    "other protocols need no L4", else4.raw([], protocol: 50),
                    .pass(.default)),
            ])
    }

    @Test("malformed: pass lets what cannot be read pass, with its reason")
    func unreadablePasses() throws {
        let filter = try LoadedFilter(
            default: "drop", malformed: "pass",
            "{ name: dns, match: { dport: 53 }, action: drop }",
            "{ name: tcp, match: { proto: tcp }, action: drop }")
        try expect(
            filter,
            [
                PacketRow(
                    "UDP of 4 bytes", Self.v4.raw([0, 9, 0, 53], protocol: 17),
                    .pass(.truncated)),
                PacketRow(
                    "a rule that might hold is met first: TCP, bad offset",
                    Self.v6.tcp(dataOffset: 1), .pass(.malformed)),
                PacketRow("readable", Self.v6.tcp(), .drop(rule: "tcp")),
            ])
    }

    @Test("no port key matches a later fragment; protocol and address keys do")
    func fragments() throws {
        let filter = try LoadedFilter(
            "{ name: dns, match: { proto: udp, dport: 53 }, action: drop }",
            "{ name: any-port, match: { dport: 0-65535 }, action: drop }",
            "{ name: udp, match: { proto: udp }, action: drop }")
        func fragment(_ offset: UInt16, more: Bool) -> Packet {
            .ethernet().ipv4(IPv4Fields(flags: more ? 1 : 0, fragmentOffset: offset)).udp()
        }
        let six = Packet.ethernet().ipv6()
        try expect(
            filter,
            [
                PacketRow("IPv4, first", fragment(0, more: true), .drop(rule: "dns")),
                PacketRow("IPv4, middle", fragment(1, more: true), .drop(rule: "udp")),
                PacketRow("IPv4, last", fragment(100, more: false), .drop(rule: "udp")),
                PacketRow(
                    "IPv4, last and short",
                    .ethernet().ipv4(IPv4Fields(fragmentOffset: 185)).raw([1], protocol: 17),
                    .drop(rule: "udp")),
                PacketRow(
                    "IPv4, do not fragment",
                    .ethernet().ipv4(IPv4Fields(flags: 2)).udp(), .drop(rule: "dns")),
                PacketRow("IPv6, whole", six.fragment().udp(), .drop(rule: "dns")),
                PacketRow("IPv6, first", six.fragment(more: true).udp(), .drop(rule: "dns")),
                PacketRow(
                    "IPv6, later", six.fragment(offset: 3, more: true).udp(),
                    .drop(rule: "udp")),
                PacketRow(
                    "IPv6, later, behind another header",
                    six.hopByHop().fragment(offset: 3).udp(), .drop(rule: "udp")),
                PacketRow("IPv6, later TCP", six.fragment(offset: 3).tcp(), .pass(.default)),
            ])
    }

    // MARK: Extension headers

    @Test("IPv6 extension headers are walked, to the bound of eight")
    func extensionHeaders() throws {
        let filter = try LoadedFilter(
            "{ name: seen, match: { dst: 'fd00::2' }, action: count }",
            "{ name: friend, match: { src: 'fd00::77' }, action: pass }",
            "{ name: web, match: { proto: tcp, dport: 443 }, action: drop }")
        let six = Packet.ethernet().ipv6()
        func headers(_ count: Int, src: String = "fd00::1") -> Packet {
            (0..<count).reduce(Packet.ethernet().ipv6(src: src)) { packet, _ in
                packet.destinationOptions()
            }
        }
        let web = Outcome.drop(rule: "web").counting("seen")
        let deep = Outcome.drop(.extHeaders).counting("seen")
        let cut = Outcome.drop(.truncated).counting("seen")
        try expect(
            filter,
            [
                PacketRow("none", six.tcp(dport: 443), web),
                PacketRow("hop-by-hop", six.hopByHop().tcp(dport: 443), web),
                PacketRow("routing", six.routing(data: [1, 2, 3]).tcp(dport: 443), web),
                PacketRow("destination", six.destinationOptions().tcp(dport: 443), web),
                PacketRow(
                    "long",
                    six.destinationOptions(
                        options: [1, 28] + [UInt8](repeating: 0, count: 28)
                    ).tcp(dport: 443), web),
                PacketRow("authentication", six.authentication().tcp(dport: 443), web),
                PacketRow(
                    "mobility",
                    six.raw(
                        [6, 0, 0, 0, 0, 0, 0, 0] + Packet().tcp(dport: 443).bytes,
                        protocol: 135), web),
                PacketRow(
                    "HIP",
                    six.raw(
                        [6, 0, 0, 0, 0, 0, 0, 0] + Packet().tcp(dport: 443).bytes,
                        protocol: 139), web),
                PacketRow(
                    "shim6",
                    six.raw(
                        [6, 0, 0, 0, 0, 0, 0, 0] + Packet().tcp(dport: 443).bytes,
                        protocol: 140), web),
                PacketRow(
                    "two headers, port 443",
                    six.hopByHop().routing().tcp(dport: 443), web),
                PacketRow(
                    "two headers, port 80",
                    six.hopByHop().routing().tcp(dport: 80), .pass(.default).counting("seen")),
                PacketRow("eight", headers(8).tcp(dport: 443), web),
                PacketRow("nine", headers(9).tcp(dport: 443), deep),
                PacketRow("twenty", headers(20).tcp(dport: 443), deep),
                PacketRow(
                    "nine from a friend", headers(9, src: "fd00::77").tcp(dport: 443),
                    .pass(rule: "friend").counting("seen")),
                PacketRow(
                    "cut within the second",
                    Packet.ethernet().ipv6(IPv6Fields(nextHeader: 0)).raw([
                        60, 0, 1, 4, 0, 0, 0, 0, 6,
                    ]),
                    cut),
                PacketRow(
                    "length beyond the packet",
                    six.hopByHop(length: 200).tcp(dport: 443), cut),
                PacketRow(
                    "fragment header cut",
                    Packet.ethernet().ipv6(IPv6Fields(nextHeader: 44)).raw([6, 0, 0, 0]), cut),
                PacketRow(
                    "ESP hides what follows", six.raw([1, 2, 3, 4], protocol: 50),
                    .pass(.default).counting("seen")),
                PacketRow(
                    "AH in IPv4 is a protocol, not a header to walk",
                    Packet.ethernet().ipv4().authentication().tcp(dport: 443), .pass(.default)),
            ])
    }

    @Test("a count rule that needs an unreadable protocol is skipped")
    func unreadableProtocol() throws {
        let filter = try LoadedFilter(
            "{ name: tcp-seen, match: { proto: tcp }, action: count }",
            "{ name: port-seen, match: { dport: 443 }, action: count }",
            "{ name: to, match: { dst: 'fd00::2' }, action: pass }")
        let deep = (0..<9).reduce(Packet.ethernet().ipv6()) { packet, _ in
            packet.destinationOptions()
        }
        #expect(try filter.judge(deep.tcp(dport: 443)) == .pass(rule: "to"))
        #expect(
            try filter.judge(Packet.ethernet().ipv6().tcp(dport: 443))
                == .pass(rule: "to").counting("tcp-seen", "port-seen"))
    }

    // MARK: Sizes

    @Test("frames of every size, with and without multi-buffer programs", arguments: [true, false])
    func sizes(multiBuffer: Bool) throws {
        let filter = try LoadedFilter(
            "{ name: dns, match: { dport: 53 }, action: drop }", multiBuffer: multiBuffer)
        for size in [0, 1, 17, 18, 19, 22, 23, 58, 100, 1000, 1472, 1473, 1480, 1500, 2000, 3000] {
            let payload = [UInt8](repeating: 0x5a, count: size)
            #expect(
                try filter.judge(Self.v4.udp(payload: payload)) == .drop(rule: "dns"), "\(size)")
            #expect(
                try filter.judge(Self.v6.udp(payload: payload)) == .drop(rule: "dns"), "\(size)")
        }
    }

    @Test("a frame in several buffers is judged and counted whole")
    func fragmentedFrame() throws {
        let filter = try LoadedFilter("{ name: dns, match: { dport: 53 }, action: drop }")
        let payload = [UInt8](repeating: 1, count: 9000)
        #expect(try filter.judge(Self.v4.udp(payload: payload)) == .drop(rule: "dns"))
        let cut = Array(Self.v4.udp(payload: payload).bytes.dropLast())
        #expect(try filter.judge(cut) == .drop(.truncated))
    }
}
