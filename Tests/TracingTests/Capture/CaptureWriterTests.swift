import NetTypes
import Policy
import PolicyCompiler
import TestSupport
import Testing

@testable import Tracing

/// Reads what the writer writes, block by block.
private struct Blocks {
    struct Block {
        let type: UInt32
        let body: [UInt8]
    }

    var blocks: [Block] = []

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let type = try #require(Self.number(rest, at: 0))
            let length = Int(try #require(Self.number(rest, at: 4)))
            try #require(length % 4 == 0 && length >= 12 && length <= rest.count)
            #expect(Self.number(rest, at: length - 4) == UInt32(length))
            blocks.append(Block(type: type, body: Array(rest.dropFirst(8).prefix(length - 12))))
            rest = rest.dropFirst(length)
        }
    }

    static func number(_ bytes: some Collection<UInt8>, at offset: Int) -> UInt32? {
        let four = Array(bytes.dropFirst(offset).prefix(4))
        return four.count == 4 ? four.withUnsafeBytes { $0.load(as: UInt32.self) } : nil
    }

    /// The options behind `offset`, by code.
    static func options(_ body: [UInt8], from offset: Int) -> [UInt16: [UInt8]] {
        var found: [UInt16: [UInt8]] = [:]
        var rest = body.dropFirst(offset)
        while let word = number(rest, at: 0), word != 0 {
            let length = Int(word >> 16)
            found[UInt16(truncatingIfNeeded: word)] = Array(rest.dropFirst(4).prefix(length))
            rest = rest.dropFirst(4 + (length + 3) / 4 * 4)
        }
        return found
    }
}

@Suite struct CaptureWriterTests {
    private let clock = EventClock(nanosecondsToBoot: 4_294_967_296_000 - 1_000_000_000)

    private func event(_ bytes: [UInt8], hasEthernet: Bool = true, index: UInt32 = 3) -> Event {
        let owner = EventOwner(
            pid: 7, comm: "a\nb", uid: 0, cgroup: nil, unit: nil, container: nil, origin: "connect")
        let sample = Event.sample(from: owner)
        return Event(
            time: sample.time, hook: sample.hook, verdict: sample.verdict, reason: sample.reason,
            rule: sample.rule, isCounted: false, policy: sample.policy,
            interface: sample.interface, netns: sample.netns, cgroup: nil, location: nil,
            packet: sample.packet, request: nil, source: sample.source,
            destination: sample.destination, suppressed: 0, bytes: bytes,
            hasEthernet: hasEthernet, interfaceIndex: index)
    }

    @Test func `packets, their interfaces and comments`() throws {
        var file = CaptureWriter(snapLength: 256)
        var bytes = file.beginning
        bytes += file.blocks(of: event([1, 2, 3, 4, 5]), clock)
        bytes += file.blocks(of: event([9]), clock)
        bytes += file.blocks(of: event([0x45], hasEthernet: false), clock)
        bytes += file.blocks(of: event([]), clock)
        let blocks = try Blocks(bytes).blocks
        #expect(blocks.map(\.type) == [0x0a0d_0d0a, 1, 6, 6, 1, 6])
        #expect(Blocks.number(blocks[0].body, at: 0) == 0x1a2b_3c4d)
        #expect(blocks[1].body.prefix(2) == [1, 0] && blocks[4].body.prefix(2) == [101, 0])
        #expect(Blocks.options(blocks[1].body, from: 8)[2] == Array("eth1@blue".utf8))

        let packet = blocks[2].body
        #expect(Blocks.number(packet, at: 0) == 0)
        // 2^32 microseconds since 1970.
        #expect(Blocks.number(packet, at: 4) == 1 && Blocks.number(packet, at: 8) == 0)
        #expect(Blocks.number(packet, at: 12) == 5 && Blocks.number(packet, at: 16) == 74)
        #expect(packet[20..<25] == [1, 2, 3, 4, 5])
        let options = Blocks.options(packet, from: 28)
        #expect(
            options[1].map { String(decoding: $0, as: UTF8.self) }
                == #"DROP tc-ingress rule block-6666 (policy edge); from a\nb[7] uid 0 [skb, connect]"#
        )
        #expect(options[2] == [1, 0, 0, 0])
        #expect(Blocks.number(blocks[5].body, at: 0) == 1)
    }
}
