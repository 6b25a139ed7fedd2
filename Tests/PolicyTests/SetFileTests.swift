import NetTypes
import Testing

@testable import Policy

@Suite struct SetFileTests {
    private func parse(_ text: String, limit: Int = 1_000) -> SetFileContents {
        parse(Array(text.utf8), limit: limit)
    }

    private func parse(_ bytes: [UInt8], limit: Int = 1_000) -> SetFileContents {
        let text = SetFileBytes(bytes)
        return (try? SetFileReader.read(text, limit: limit))?.contents ?? SetFileContents()
    }

    private func lines(_ contents: SetFileContents) -> [String] {
        contents.ipv4.map(\.description) + contents.ipv6.map(\.description)
    }

    @Test(
        "what a line may hold",
        arguments: [
            ("10.0.0.1", ["10.0.0.1/32"]), ("10.0.0.0/8\n", ["10.0.0.0/8"]),
            ("10.0.0.0/8\r\n10.1.0.0/16\r\n", ["10.0.0.0/8", "10.1.0.0/16"]),
            ("  10.0.0.1\t# why", ["10.0.0.1/32"]), ("10.0.0.1#why", ["10.0.0.1/32"]),
            ("10.0.0.1 ; why # more", ["10.0.0.1/32"]), ("# only\n; this\n\n\t \r\n", []), ("", []),
            ("192.0.2.0-192.0.2.2", ["192.0.2.0/31", "192.0.2.2/32"]),
            ("192.0.2.0 - 192.0.2.1", ["192.0.2.0/31"]), ("2001:db8::/32", ["2001:db8::/32"]),
            ("::1\n10.0.0.1\n::", ["10.0.0.1/32", "::1/128", "::/128"]),
            ("::ffff:10.0.0.1\n::ffff:10.0.0.0/104", ["10.0.0.1/32", "10.0.0.0/8"]),
            ("\u{FEFF}10.0.0.1", ["10.0.0.1/32"]), ("0.0.0.0/0", ["0.0.0.0/0"]),
        ])
    func lines(_ text: String, _ expected: [String]) {
        let contents = parse(text)
        #expect(lines(contents) == expected)
        #expect(contents.malformedCount == 0 && contents.hostBitsCount == 0)
    }

    @Test(
        "what it may not hold: the line's number is right, and the rest is read",
        arguments: [
            "10.0.0.256", "10.0.0.0/33", "10.0.0", "x", "10.0.0.1 10.0.0.2", "10.0.0.1,", "::1::",
            "10.0.0.9-10.0.0.1", "010.0.0.1", "10.0.0.1/", "10.0.0.1-", "-", "/", "\u{FF}",
            "10.0.0.1x", "::1%eth0", "10.0.0.0/8-10.0.0.1", "10.0.0.1\r10.0.0.2", "@bad",
        ])
    func malformed(_ line: String) {
        let contents = parse("# head\n192.0.2.1\n\(line)\n192.0.2.2")
        #expect(contents.malformed.map(\.line) == [3])
        #expect(lines(contents) == ["192.0.2.1/32", "192.0.2.2/32"])
    }

    @Test("host bits are counted, and read as the prefix that was meant")
    func hostBits() {
        let contents = parse("10.0.0.1/8\n192.0.2.0/24\n2001:db8::1/32\n::ffff:10.0.0.1/104\n")
        #expect(contents.hostBitsCount == 3)
        #expect(contents.firstHostBits?.line == 1)
        #expect(lines(contents) == ["10.0.0.0/8", "192.0.2.0/24", "10.0.0.0/8", "2001:db8::/32"])
    }

    @Test("twenty malformed lines are kept, all are counted; NUL ends it")
    func bounds() {
        let many = parse(String(repeating: "x\n", count: 5_000))
        #expect(many.malformed.count == 20 && many.malformedCount == 5_000)
        let binary = parse("10.0.0.1\n\0\nx\nx\n")
        #expect(binary.malformed.map(\.line) == [2])
        let long = parse(String(repeating: "1", count: 1_000_000) + "\n10.0.0.1")
        #expect(long.malformed.first?.line == 1 && long.ipv4.count == 1)
        #expect((long.malformed.first?.message.count ?? 999) < 200)
    }

    @Test("reading stops beyond the limit")
    func limit() {
        #expect(parse("10.0.0.1\n10.0.0.2\n", limit: 2).isTooLong == false)
        let contents = parse("10.0.0.1\n10.0.0.2\n10.0.0.3\nx", limit: 2)
        #expect(contents.isTooLong && contents.malformedCount == 0)
    }

    @Test("a set is sorted, without duplicates, and keeps what is contained")
    func addressSet() throws {
        let contents = parse(
            "10.1.0.0/16\n10.0.0.0/8\n9.9.9.9\n10.0.0.0/8\n10.1.0.0/16\n::1\n::1\n")
        let set = AddressSet(ipv4: contents.ipv4, ipv6: contents.ipv6)
        #expect(set.ipv4.map(\.description) == ["9.9.9.9/32", "10.0.0.0/8", "10.1.0.0/16"])
        #expect(set.ipv6.map(\.description) == ["::1/128"])
        #expect(set.count == 4 && !set.isEmpty && AddressSet().isEmpty)
    }

    @Test("long lists sort like short ones")
    func radixSort() {
        var generator = SplitMix(seed: 5)
        var ipv4: [Prefix<IPv4Address>] = []
        var ipv6: [Prefix<IPv6Address>] = []
        for _ in 0..<RadixSort.threshold {
            let bits = generator.next()
            let length = Int(generator.next() % 33)
            let four = IPv4Address(bits: UInt32(truncatingIfNeeded: bits >> (bits & 31)))
            let six = IPv6Address(bits: UInt128(bits) << UInt128(bits & 63))
            if let prefix = Prefix(masking: four, length: length) { ipv4.append(prefix) }
            if let prefix = Prefix(masking: six, length: 4 * length) { ipv6.append(prefix) }
        }
        #expect(ipv4.count >= RadixSort.threshold && ipv6.count >= RadixSort.threshold)
        let set = AddressSet(ipv4: ipv4, ipv6: ipv6)
        #expect(set.ipv4 == Set(ipv4).sorted())
        #expect(set.ipv6 == Set(ipv6).sorted())
    }

    @Test("random bytes: the two paths of the parser agree, and nothing crashes")
    func random() {
        var generator = SplitMix(seed: 4)
        let alphabet = Array("0123456789.:/-#; \r\nabf\0\u{E9}".utf8)
        for _ in 0..<2_000 {
            let count = Int(generator.next() % 40)
            let bytes = (0..<count).map { _ in
                alphabet[Int(generator.next() % UInt64(alphabet.count))]
            }
            let fast = parse(bytes)
            // A blank in front of each line sends it over the careful path.
            var padded: [UInt8] = [0x20]
            for byte in bytes { padded += byte == 0x0A ? [0x0A, 0x20] : [byte] }
            let careful = parse(padded)
            #expect(fast.ipv4 == careful.ipv4 && fast.ipv6 == careful.ipv6)
            #expect(fast.malformedCount == careful.malformedCount)
            #expect(fast.hostBitsCount == careful.hostBitsCount)
        }
    }
}
