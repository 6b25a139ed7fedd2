import NetTypes
import Testing

@Suite struct AddressTests {
    @Test(
        "IPv4: a dotted quad without leading zeros",
        arguments: [
            ("0.0.0.0", 0), ("255.255.255.255", .max), ("192.0.2.1", 0xC000_0201),
            ("10.0.0.0", 0x0A00_0000),
        ] as [(String, UInt32)])
    func readIPv4(_ text: String, _ bits: UInt32) {
        #expect(IPv4Address(text)?.bits == bits)
        #expect(IPv4Address(bits: bits).description == text)
    }

    @Test(
        "not IPv4",
        arguments: [
            "", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3.4", "256.0.0.1",
            "1.2.3.256", "01.2.3.4", "1.2.3.00", "1..2.3", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4",
            "0x1.2.3.4", "1.2.3.4/8", "١.2.3.4", "1.2.3.1000", "4294967296.0.0.0",
        ])
    func refuseIPv4(_ text: String) { #expect(IPv4Address(text) == nil) }

    @Test(
        "IPv6: read, and written as RFC 5952 wants",
        arguments: [
            ("::", "::", 0), ("::1", "::1", 1), ("1::", "1::", 1 << 112),
            ("2001:DB8::1", "2001:db8::1", 0x2001_0DB8 << 96 | 1),
            ("2001:db8:0:0:0:0:0:1", "2001:db8::1", 0x2001_0DB8 << 96 | 1),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004_0005_0006_0007_0008),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", 0x0001_0002_0003_0004_0005_0006_0007_0000),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", 0x0002_0003_0004_0005_0006_0007_0008),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3", 1 << 112 | 2 << 64 | 3),
            ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4", 1 << 112 | 2 << 64 | 3 << 48 | 4),
            ("1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0", 1 << 112 | 2 << 80 | 3 << 48 | 4 << 16),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1", 0xFFFF_C000_0201),
            ("::192.0.2.1", "::c000:201", 0xC000_0201),
            ("64:ff9b::192.0.2.1", "64:ff9b::c000:201", 0x0064_FF9B << 96 | 0xC000_0201),
            (
                "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304",
                0x0001_0002_0003_0004_0005_0006_0102_0304
            ),
            ("0001::000a", "1::a", 1 << 112 | 10),
        ] as [(String, String, UInt128)])
    func readIPv6(_ text: String, _ canonical: String, _ bits: UInt128) throws {
        #expect(try #require(IPv6Address(text)).bits == bits)
        #expect(IPv6Address(bits: bits).description == canonical)
        #expect(IPv6Address(canonical)?.bits == bits)
    }

    @Test(
        "not IPv6",
        arguments: [
            "", ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1 ", "::1%lo",
            "::1.2.3", "::1.2.3.4.5", "::256.1.1.1", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "::1:",
            "1:2:3:4:5:6:7::8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "fe80::1/64", "[::1]",
        ])
    func refuseIPv6(_ text: String) { #expect(IPv6Address(text) == nil) }

    @Test("every address reads back from its description")
    func roundTrip() {
        var generator = SplitMix(seed: 1)
        for _ in 0..<2_000 {
            var bits = UInt128(generator.next()) << 64 | UInt128(generator.next())
            // Zero groups are what the text form is about.
            for group in 0..<8 where generator.next() % 2 == 0 {
                bits &= ~(0xFFFF << UInt128(16 * group))
            }
            let address = IPv6Address(bits: bits)
            #expect(IPv6Address(address.description) == address)
            let short = IPv4Address(bits: UInt32(truncatingIfNeeded: bits))
            #expect(IPv4Address(short.description) == short)
        }
    }

    @Test("scanning stops behind the address, and stays where none is")
    func scan() {
        let bytes = Array("x10.0.0.1-::1/64".utf8)
        var index = 1
        #expect(IPAddress.scan(bytes.span, at: &index) == IPAddress("10.0.0.1"))
        #expect(index == 9)
        #expect(IPAddress.scan(bytes.span, at: &index) == nil)
        #expect(index == 9)
        index = 10
        #expect(IPAddress.scan(bytes.span, at: &index) == IPAddress("::1"))
        #expect(index == 13)
    }

    @Test("bytes are in network order, and mapped addresses are IPv4")
    func bytes() {
        #expect(IPAddress("192.0.2.1")?.networkBytes == [192, 0, 2, 1])
        #expect(
            IPAddress("2001:db8::1")?.networkBytes
                == [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(IPAddress("::ffff:10.1.2.3")?.unmapped == IPAddress("10.1.2.3"))
        #expect(IPAddress("::fffe:10.1.2.3")?.unmapped == IPAddress("::fffe:10.1.2.3"))
    }
}

/// A generator whose numbers depend on its seed alone.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
