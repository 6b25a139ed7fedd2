import NetTypes
import Testing

@Suite struct PrefixTests {
    @Test(
        "reads, and prints with its length",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("10.0.0.1", "10.0.0.1/32"), ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"), ("2001:db8::/32", "2001:db8::/32"), ("::1", "::1/128"),
            ("255.255.255.255/32", "255.255.255.255/32"),
        ])
    func read(_ text: String, _ description: String) throws {
        #expect(try IPPrefix(text).description == description)
    }

    @Test(
        "refuses, and says why",
        arguments: [
            ("10.0.0.0/33", .lengthOutOfRange(33, maximum: 32)),
            ("::/129", .lengthOutOfRange(129, maximum: 128)),
            ("10.0.0.0/", .lengthNotANumber), ("10.0.0.0/08", .lengthNotANumber),
            ("10.0.0.0/-1", .lengthNotANumber), ("10.0.0.0/8/8", .lengthNotANumber),
            ("10.0.0.0/255.0.0.0", .lengthNotANumber), ("10.0.0/8", .notAnAddress),
            ("", .notAnAddress), ("/8", .notAnAddress), ("10.0.0.0 /8", .notAnAddress),
            ("10.0.0.0/99999999999999999999", .lengthNotANumber),
        ] as [(String, IPPrefixError)])
    func refuse(_ text: String, _ error: IPPrefixError) {
        #expect(throws: error) { try IPPrefix(text) }
    }

    @Test("host bits: the error carries the prefix that was meant")
    func hostBits() throws {
        let meant = try IPPrefix("10.0.0.0/8")
        #expect(throws: IPPrefixError.hostBitsSet(corrected: meant)) { try IPPrefix("10.0.0.1/8") }
        let address = try #require(IPv4Address("10.0.0.1"))
        let corrected = try #require(Prefix(masking: address, length: 8))
        #expect(throws: PrefixError.hostBitsSet(corrected: corrected)) {
            try Prefix(address, length: 8)
        }
        #expect(throws: PrefixError<IPv4Address>.lengthOutOfRange(33)) {
            try Prefix(address, length: 33)
        }
        #expect(Prefix(masking: address, length: -1) == nil)
    }

    @Test("order: by address, then by length; containment")
    func order() throws {
        let texts = ["10.0.0.0/8", "10.0.0.0/9", "9.0.0.0/8", "10.0.0.0/32", "0.0.0.0/0"]
        let prefixes = try texts.map { text -> Prefix<IPv4Address> in
            guard case .v4(let prefix) = try IPPrefix(text) else { throw Unexpected() }
            return prefix
        }
        #expect(
            prefixes.sorted().map(\.description)
                == ["0.0.0.0/0", "9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/9", "10.0.0.0/32"])
        #expect(prefixes[0].contains(prefixes[1]))
        #expect(!prefixes[1].contains(prefixes[0]))
        #expect(prefixes[4].contains(prefixes[2]))
        #expect(!prefixes[0].contains(IPv4Address(bits: 0x0B00_0000)))
        #expect(prefixes[0].lastAddress.description == "10.255.255.255")
    }

    @Test("a mapped prefix is IPv4 from 96 bits on")
    func unmapped() throws {
        #expect(try IPPrefix("::ffff:10.0.0.0/104").unmapped == IPPrefix("10.0.0.0/8"))
        #expect(try IPPrefix("::ffff:0.0.0.0/96").unmapped == IPPrefix("0.0.0.0/0"))
        #expect(try IPPrefix("::fffe:0:0/95").unmapped.description == "::fffe:0:0/95")
    }

    struct Unexpected: Error {}
}

@Suite struct AddressRangeTests {
    @Test(
        "the fewest prefixes",
        arguments: [
            (
                "192.0.2.1", "192.0.2.9",
                ["192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/30", "192.0.2.8/31"]
            ),
            ("10.0.0.0", "10.255.255.255", ["10.0.0.0/8"]),
            ("0.0.0.0", "255.255.255.255", ["0.0.0.0/0"]),
            ("255.255.255.255", "255.255.255.255", ["255.255.255.255/32"]),
            (
                "0.0.0.1", "255.255.255.255",
                (0..<32).map { "\(IPv4Address(bits: 1 << $0))/\(32 - $0)" }
            ),
            ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["::/0"]),
            ("2001:db8::1", "2001:db8::2", ["2001:db8::1/128", "2001:db8::2/128"]),
        ])
    func prefixes(_ lower: String, _ upper: String, _ expected: [String]) throws {
        let range = try IPAddressRange(
            #require(IPAddress(lower)), #require(IPAddress(upper)))
        #expect(range.prefixes.map(\.description) == expected)
    }

    @Test("random ranges: the prefixes follow each other from end to end")
    func contiguous() throws {
        var generator = SplitMix(seed: 2)
        for _ in 0..<500 {
            let ends = [
                UInt32.random(in: 0 ... .max, using: &generator),
                .random(in: 0 ... .max, using: &generator),
            ]
            let lower = IPv4Address(bits: ends[0] < ends[1] ? ends[0] : ends[1])
            let upper = IPv4Address(bits: ends[0] < ends[1] ? ends[1] : ends[0])
            let prefixes = try #require(AddressRange(lower, upper)).prefixes
            #expect(prefixes.first?.address == lower)
            #expect(prefixes.last?.lastAddress == upper)
            for (left, right) in zip(prefixes, prefixes.dropFirst()) {
                #expect(left.lastAddress.bits + 1 == right.address.bits)
                // Two neighbours that could be one prefix would not be the fewest.
                let isPair =
                    left.length == right.length
                    && Prefix(masking: left.address, length: left.length - 1)?.contains(right)
                        ?? false
                #expect(!isPair)
            }
        }
    }

    @Test("reversed and mixed ranges are refused; mapped ends are IPv4")
    func refuse() throws {
        let four = try #require(IPAddress("10.0.0.1"))
        let five = try #require(IPAddress("10.0.0.5"))
        let six = try #require(IPAddress("::1"))
        #expect(throws: IPAddressRangeError.reversed) { try IPAddressRange(five, four) }
        #expect(throws: IPAddressRangeError.mixedVersions) { try IPAddressRange(four, six) }
        let mapped = try IPAddressRange(
            #require(IPAddress("::ffff:10.0.0.1")), #require(IPAddress("::ffff:10.0.0.5")))
        #expect(try mapped.unmapped == IPAddressRange(four, five))
    }
}

@Suite struct PortAndProtocolTests {
    @Test("ports")
    func ports() {
        #expect(PortRange(80).description == "80")
        #expect(PortRange(8000, 8100)?.description == "8000-8100")
        #expect(PortRange(2, 1) == nil)
        #expect(PortRange(0, 65_535)?.contains(65_535) == true)
        #expect(PortRange(1, 2)?.contains(3) == false)
    }

    @Test(
        "protocols by name",
        arguments: [
            ("tcp", 6, "tcp"), ("udp", 17, "udp"), ("icmp", 1, "icmp"), ("icmpv6", 58, "icmpv6"),
            ("ipv6-icmp", 58, "icmpv6"), ("sctp", 132, "sctp"), ("gre", 47, "gre"),
            ("esp", 50, "esp"), ("ah", 51, "ah"), ("igmp", 2, "igmp"), ("ospf", 89, "ospf"),
        ] as [(String, UInt8, String)])
    func protocols(_ name: String, _ number: UInt8, _ description: String) {
        #expect(IPProtocol(name: name)?.number == number)
        #expect(IPProtocol(number: number).description == description)
    }

    @Test("unknown protocols")
    func unknown() {
        #expect(IPProtocol(name: "TCP") == nil)
        #expect(IPProtocol(number: 253).description == "253")
        #expect(IPProtocol.udp.hasPorts && !IPProtocol.icmp.hasPorts)
    }

    @Test(
        "decimal numbers",
        arguments: [
            ("0", 0), ("7", 7), ("65535", 65_535), ("00", nil), ("01", nil), ("", nil), ("+1", nil),
            ("1 ", nil), ("0x1", nil), ("9999999999", 9_999_999_999), ("99999999999", nil),
        ] as [(String, Int?)])
    func decimal(_ text: String, _ value: Int?) { #expect(Decimal.parse(text) == value) }
}
