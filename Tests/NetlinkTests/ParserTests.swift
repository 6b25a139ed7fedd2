import SystemPackage
import Testing

@testable import Netlink

@Suite("Netlink replies, from bytes")
struct ParserTests {
    @Test("every field of a link")
    func link() throws {
        let messages = try NetlinkMessage.parse(Wire.veth)
        let message = try #require(messages.first)
        #expect(messages.count == 1)
        #expect(message.sequence == 7 && message.portID == 99 && message.type == 16)
        let link = try NetworkLink(message, driver: { "driver of \($0)" })
        #expect(link.index == 5)
        #expect(link.name == "veth0")
        #expect(link.alternativeNames == ["wan-1"])
        #expect(link.kind == "veth")
        #expect(link.mtu == 1500)
        #expect(link.isUp && link.hasCarrier && !link.isLoopback)
        #expect(link.hardwareAddressText == "02:00:00:00:4d:01")
        #expect(link.peerIndex == 2)
        #expect(link.peerNamespaceID == 3)
        #expect(link.master == 9)
        #expect(link.driver == "driver of veth0")
        #expect(link.xdp == XDPState(programs: [.generic: 42]))
        #expect(link.xdp?.mode == .generic)
    }

    @Test("XDP in several modes has no single mode")
    func severalModes() throws {
        let bytes: [UInt8] = [
            0x05, 0x00, 0x02, 0x00, 0x04, 0x00, 0x00, 0x00,  // IFLA_XDP_ATTACHED MULTI
            0x08, 0x00, 0x05, 0x00, 0x07, 0x00, 0x00, 0x00,  // IFLA_XDP_DRV_PROG_ID 7
            0x08, 0x00, 0x06, 0x00, 0x08, 0x00, 0x00, 0x00,  // IFLA_XDP_SKB_PROG_ID 8
        ]
        let state = try #require(XDPState(try Attributes(WireBytes(bytes))))
        #expect(state.programs == [.native: 7, .generic: 8])
        #expect(state.mode == nil && state.program == nil)
    }

    @Test("nothing attached is no state")
    func noXDP() throws {
        let bytes: [UInt8] = [0x05, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00]
        #expect(XDPState(try Attributes(WireBytes(bytes))) == nil)
    }

    @Test(
        "a datagram cut anywhere is an error",
        arguments: [Wire.veth, Wire.refused, Wire.refusedUncapped, Wire.done])
    func truncated(bytes: [UInt8]) {
        for count in 1..<bytes.count {
            #expect(throws: NetlinkFailure.self, "cut to \(count)") {
                try NetlinkMessage.parse(Array(bytes.prefix(count)))
            }
        }
    }

    @Test("a link whose message ends anywhere, its header saying so, never crashes")
    func shortened() throws {
        var parsed = 0
        for count in 16..<Wire.veth.count {
            var bytes = Array(Wire.veth.prefix(count))
            bytes[0] = UInt8(count)
            let message = try #require(try NetlinkMessage.parse(bytes).first)
            do throws(NetlinkFailure) {
                _ = try NetworkLink(message, driver: { _ in nil })
                parsed += 1
            } catch {
                #expect(error.errno == .badMessage)
            }
        }
        // It can end only after a name, between attributes, or in a last one's padding.
        #expect(parsed > 0 && parsed < 25)
    }

    @Test("random damage never crashes")
    func damage() {
        var random = SplitMix(state: 1)
        for _ in 0..<20000 {
            var bytes =
                [Wire.veth, Wire.refusedUncapped, Wire.done].randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            var collector = ReplyCollector(sequence: 7, portID: 99, isDump: true)
            _ = try? collector.take(bytes)
            for reply in collector.replies { _ = try? NetworkLink(reply, driver: { _ in nil }) }
        }
    }

    @Test("attribute lengths that lie", arguments: [[0, 0], [3, 0], [9, 0], [0xff, 0xff]])
    func lyingLength(length: [UInt8]) {
        #expect(throws: NetlinkFailure.self) {
            try Attributes(WireBytes(length + [1, 0, 0, 0, 0, 0]))
        }
    }
}

/// A small generator with a seed, so that a failure comes again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
