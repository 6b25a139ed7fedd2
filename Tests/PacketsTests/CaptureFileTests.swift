import TestSupport
import Testing

@Suite("Capture files")
struct CaptureFileTests {
    private static let packets = [
        Packet.ethernet().ipv4().udp().bytes, Packet.ethernet().ipv6().tcp(dport: 23).bytes,
    ]

    /// A file that is written number by number.
    private struct Writer {
        let isBigEndian: Bool
        var bytes: [UInt8] = []

        mutating func number<Value: FixedWidthInteger>(_ value: Value) {
            let value = isBigEndian ? value.bigEndian : value.littleEndian
            withUnsafeBytes(of: value) { bytes += $0 }
        }

        /// A block of pcapng.
        mutating func block(_ type: UInt32, _ body: (inout Writer) -> Void) {
            var inner = Writer(isBigEndian: isBigEndian)
            body(&inner)
            while inner.bytes.count % 4 != 0 { inner.bytes.append(0) }
            number(type)
            number(UInt32(inner.bytes.count + 12))
            bytes += inner.bytes
            number(UInt32(inner.bytes.count + 12))
        }
    }

    private static func pcap(
        _ packets: [[UInt8]], magic: UInt32 = 0xa1b2_c3d4, isBigEndian: Bool = false,
        link: UInt32 = 1, missing: Int = 0
    ) -> [UInt8] {
        var file = Writer(isBigEndian: isBigEndian)
        file.number(magic)
        for value in [UInt16(2), 4] { file.number(value) }
        for value in [UInt32(0), 0, 65535, link] { file.number(value) }
        for packet in packets {
            let captured = packet.count - missing
            for value in [0, 0, UInt32(captured), UInt32(packet.count)] { file.number(value) }
            file.bytes += packet.prefix(captured)
        }
        return file.bytes
    }

    private static func pcapng(
        _ packets: [[UInt8]], isBigEndian: Bool = false, link: UInt16 = 1
    ) -> [UInt8] {
        var file = Writer(isBigEndian: isBigEndian)
        file.block(0x0a0d_0d0a) {
            $0.number(0x1a2b_3c4d as UInt32)
            $0.number(0x0001_0000 as UInt32)
            $0.number(UInt64.max)
        }
        file.block(1) {
            $0.number(link)
            $0.number(0 as UInt16)
            $0.number(0 as UInt32)
        }
        // What is not known is stepped over.
        file.block(0x0bad) { $0.number(7 as UInt32) }
        for (index, packet) in packets.enumerated() {
            if index % 2 == 0 {
                file.block(6) {
                    for value in [0, 0, 0, UInt32(packet.count), UInt32(packet.count)] {
                        $0.number(value)
                    }
                    $0.bytes += packet
                }
            } else {
                file.block(3) {
                    $0.number(UInt32(packet.count))
                    $0.bytes += packet
                }
            }
        }
        return file.bytes
    }

    private func frames(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var file = try CaptureFile(bytes)
        var frames: [[UInt8]] = []
        while let record = try file.next() { frames.append(record.frame) }
        return frames
    }

    @Test("pcap of either order and resolution, and pcapng", arguments: [false, true])
    func formats(isBigEndian: Bool) throws {
        for magic in [0xa1b2_c3d4, 0xa1b2_3c4d] as [UInt32] {
            let file = Self.pcap(Self.packets, magic: magic, isBigEndian: isBigEndian)
            #expect(try frames(file) == Self.packets)
        }
        #expect(
            try frames(Self.pcapng(Self.packets, isBigEndian: isBigEndian)) == Self.packets)
        // Sections follow each other, each with its own order.
        let sections = Self.pcapng(Self.packets) + Self.pcapng(Self.packets, isBigEndian: true)
        #expect(try frames(sections) == Self.packets + Self.packets)
    }

    @Test("link types without Ethernet headers get one")
    func links() throws {
        let raw = Self.packets.map { Array($0.dropFirst(14)) }
        #expect(try frames(Self.pcap(raw, link: 101)) == Self.packets)
        let types: [[UInt8]] = [[8, 0], [0x86, 0xdd]]
        let cooked = zip(types, raw).map { [UInt8](repeating: 1, count: 14) + $0 + $1 }
        #expect(try frames(Self.pcap(cooked, link: 113)) == Self.packets)
        let cooked2 = zip(types, raw).map { $0 + [UInt8](repeating: 1, count: 18) + $1 }
        #expect(try frames(Self.pcapng(cooked2, link: 276)) == Self.packets)
        #expect(throws: CaptureFile.Failure.self) { try frames(Self.pcap(raw, link: 105)) }
        #expect(try frames(Self.pcap([[1, 2]], link: 113)) == [[]])
    }

    @Test("what was not captured is zeros")
    func partial() throws {
        let packet = Packet.ethernet().ipv4().udp(payload: [1, 2, 3]).bytes
        var file = try CaptureFile(Self.pcap([packet], missing: 3))
        let record = try #require(try file.next())
        #expect(record.isPartial)
        #expect(record.frame == packet.dropLast(3) + [0, 0, 0])
    }

    @Test("a file that is cut or broken anywhere is an error or ends early, and nothing else")
    func hostile() throws {
        for whole in [Self.pcap(Self.packets), Self.pcapng(Self.packets)] {
            for length in 0..<whole.count {
                let found = try? frames(Array(whole.prefix(length)))
                #expect(found.map { $0.count < Self.packets.count } ?? true)
            }
            for index in whole.indices {
                for value in [0, 0x7f, 0xff] as [UInt8] {
                    var bytes = whole
                    bytes[index] = value
                    let found = try? frames(bytes)
                    #expect(found.map { $0.count <= Self.packets.count } ?? true)
                }
            }
        }
        #expect(throws: CaptureFile.Failure.self) { try CaptureFile([]) }
        #expect(throws: CaptureFile.Failure.self) { try CaptureFile(Array("GIF89a".utf8)) }
    }

    @Test("an error says which packet")
    func errors() throws {
        let cut = Array(Self.pcap(Self.packets).dropLast())
        #expect {
            try frames(cut)
        } throws: { error in
            "\(error)" == "packet 2 is cut: the file ends within it"
        }
    }
}
