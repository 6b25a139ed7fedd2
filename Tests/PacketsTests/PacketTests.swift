import TestSupport
import Testing

@Suite("Packets")
struct PacketTests {
    @Test("an IPv4 header with a known checksum")
    func knownHeader() {
        // The example of Wikipedia's "Internet checksum": b861.
        let packet = Packet.ipv4(
            src: "192.168.0.1", dst: "192.168.0.199",
            IPv4Fields(totalLength: 0x73, flags: 2, protocol: 17))
        #expect(packet.description == "4500007300004000" + "4011b861" + "c0a80001" + "c0a800c7")
    }

    @Test("a whole UDP packet in two VLANs")
    func vlan() {
        let packet = Packet.ethernet(vlan: [10, 20], tagType: [0x88a8, 0x8100])
            .ipv4().udp(sport: 1, dport: 2, payload: [0xab], checksum: 0)
        #expect(
            packet.description == "020000000002020000000001" + "88a8000a" + "81000014" + "0800"
                + "4500001d00000000401166ce0a0000010a000002" + "0001000200090000" + "ab")
        #expect(packet.truncated(to: 14).count == 14)
        #expect(packet.padded().count == 60)
    }

    @Test("extension headers name what follows and fill eight bytes")
    func extensions() {
        let packet = Packet.ipv6().hopByHop().destinationOptions(options: [5, 2, 0, 0])
            .routing(segmentsLeft: 1).fragment(offset: 3, more: true).authentication()
            .raw([1, 2], protocol: 6)
        let bytes = Array(packet.bytes.dropFirst(40))
        #expect(packet.bytes[6] == 0)
        #expect(bytes[0..<8] == [60, 0, 1, 4, 0, 0, 0, 0])
        #expect(bytes[8..<16] == [43, 0, 5, 2, 0, 0, 1, 0])
        #expect(bytes[16..<24] == [44, 0, 4, 1, 0, 0, 0, 0])
        #expect(bytes[24..<32] == [51, 0, 0, 25, 0, 0, 0, 1])
        #expect(bytes[32..<34] == [6, 4])
        #expect(bytes.count == 32 + 24 + 2)
    }

    @Test("headers can lie")
    func lies() {
        let ipv4 = Packet.ipv4(IPv4Fields(version: 5, headerWords: 3, totalLength: 9)).bytes
        #expect(ipv4[0] == 0x53 && ipv4[3] == 9)
        let ipv6 = Packet.ipv6(IPv6Fields(version: 0, payloadLength: 7, nextHeader: 99)).bytes
        #expect(ipv6[0] == 0 && ipv6[5] == 7 && ipv6[6] == 99)
        #expect(Packet.ipv4().tcp(dataOffset: 2).bytes[32] == 0x20)
        #expect(Packet.ipv4().udp(length: 3, checksum: 0x1234).bytes[24...] == [0, 3, 0x12, 0x34])
        #expect(Packet.ipv6().hopByHop(length: 200, next: 17).bytes[40...41] == [17, 200])
    }

    @Test("other protocols announce themselves")
    func protocols() {
        #expect(Packet.ethernet().arp(sender: "10.0.0.1", target: "10.0.0.2").bytes.count == 42)
        #expect(Packet.ethernet().ipv6().icmpv6().bytes[20] == 58)
        #expect(Packet.ipv4().icmp().bytes[9] == 1)
        #expect(Packet.ipv4().sctp().bytes[9] == 132)
        #expect(Packet.ipv4().ipv6().bytes[9] == 41)
        #expect(Packet.ipv4().bytes[9] == 59)
        #expect(
            Packet.ipv4().tcp(flags: [.syn, .ack], options: [1]).bytes[32...33] == [0x60, 0x12])
    }

    @Test("the kernel accepts the checksums: frames arrive at a socket", .requiresRoot)
    func live() async throws {
        try await withNetworkNamespace {
            let pair = try VethPair.create()
            let link = Packet.ethernet(
                src: try #require(MACAddress(pair.far.mac)),
                dst: try #require(MACAddress(pair.near.mac)))
            let ipv4 = link.ipv4(src: pair.far.ipv4, dst: pair.near.ipv4)
            let ipv6 = link.ipv6(src: pair.far.ipv6, dst: pair.near.ipv6)
            let payload = Array("odd".utf8)
            let cases: [(String, (UInt16) -> Packet, Bool)] = [
                (pair.near.ipv4, { ipv4.udp(dport: $0, payload: payload) }, true),
                (pair.near.ipv4, { ipv4.udp(dport: $0, payload: payload, checksum: 1) }, false),
                (pair.near.ipv6, { ipv6.udp(dport: $0, payload: payload) }, true),
                (pair.near.ipv6, { ipv6.udp(dport: $0, payload: payload, checksum: 1) }, false),
                (pair.near.ipv6, { ipv6.hopByHop().udp(dport: $0, payload: payload) }, true),
                (
                    pair.near.ipv6,
                    { ipv6.destinationOptions().fragment().udp(dport: $0, payload: payload) }, true
                ),
            ]
            for (address, build, arrives) in cases {
                // A port of its own each time: a child that another test is just spawning may
                // hold the last socket for a moment.
                let socket = try UDPSocket(bound: address)
                let packet = build(socket.port)
                try pair.onFar { try FrameSocket(interface: "far0").send(packet.bytes) }
                let received = socket.receive(within: .milliseconds(arrives ? 2000 : 100))
                #expect(received == (arrives ? payload : nil), "\(packet)")
            }
        }
    }
}
