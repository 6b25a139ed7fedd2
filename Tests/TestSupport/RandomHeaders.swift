internal import NetTypes

/// Headers of IP and L4: mostly right, sometimes lying about their lengths. Checksums are random.
enum RandomHeaders {
    private static let extensionNumbers: [UInt8] = [0, 43, 44, 51, 60, 135, 139, 140]

    /// The L4 header and some payload.
    static func transport(
        _ fields: RandomAim.Fields, using random: inout SeededRandom
    ) -> [UInt8] {
        var bytes = bytes16(fields.sport) + bytes16(fields.dport)
        switch fields.proto {
        case 6:
            let words = random.one(weighted: [
                (80, 5), (12, random.number(6...15)), (8, random.number(0...15)),
            ])
            bytes += random.bytes(8) + [UInt8(words) << 4, fields.tcpFlags] + random.bytes(6)
            if words > 5 { bytes += random.bytes((words - 5) * 4) }
        case 17: bytes += random.bytes(4)
        case 132: bytes += random.bytes(8)
        case 1, 58: bytes = [fields.icmpType, fields.icmpCode]
        default: break
        }
        bytes += random.bytes(random.number(0...12))
        // Cut within the L3 packet, not by the end of the frame.
        return random.chance(10) ? Array(bytes.prefix(random.number(0...bytes.count))) : bytes
    }

    /// An IPv4 header and what follows.
    static func ipv4(
        _ fields: RandomAim.Fields, _ transport: [UInt8], using random: inout SeededRandom
    ) -> [UInt8] {
        let options = random.chance(10) ? random.number(1...10) : 0
        var words = UInt8(5 + options)
        if random.chance(3) { words = random.number(0...15) }
        let rest = random.bytes(options * 4) + transport
        let body = rest + filling(20 + rest.count, fields, using: &random)
        let length = self.length(20 + body.count, using: &random)
        let version: UInt8 = random.chance(1) ? random.number(0...15) : 4
        let often = fields.fragment == true ? 5 : 80
        let fragment: UInt16 = random.one(weighted: [
            (often, 0 as UInt16), (8, 0x4000), (4, 0x2000), (4, random.number(1...0x1fff)),
            (2, 0x2000 | random.number(1...0x1fff)), (2, random.number(0 ... .max)),
        ])
        return [version << 4 | words, fields.dscp << 2 | random.number(0...3)] + bytes16(length)
            + random.bytes(2) + bytes16(fragment) + [fields.ttl, fields.proto]
            + random.bytes(2) + fields.source.networkBytes + fields.destination.networkBytes + body
    }

    /// An IPv6 header, any number of extension headers, and what follows.
    static func ipv6(
        _ fields: RandomAim.Fields, _ transport: [UInt8], using random: inout SeededRandom
    ) -> [UInt8] {
        let count = random.one(weighted: [
            (60, 0), (20, random.number(1...2)), (8, random.number(3...6)),
            (12, random.number(7...10)),
        ])
        var numbers = (0..<count).map { _ in random.one(of: extensionNumbers) }
        for number in fields.extensions + (fields.fragment == true ? [44] : []) {
            numbers.insert(number, at: random.number(0...numbers.count))
        }
        var next = fields.proto
        var rest = transport
        for number in numbers {
            rest = extensionHeader(number, next, fields, using: &random) + rest
            next = number
        }
        rest += filling(40 + rest.count, fields, using: &random)
        let length = self.length(rest.count, using: &random)
        let version: UInt8 = random.chance(1) ? random.number(0...15) : 6
        let traffic = fields.dscp << 2 | random.number(0...3)
        return [version << 4 | traffic >> 4, traffic << 4 | random.number(0...15)]
            + random.bytes(2) + bytes16(length) + [next, fields.ttl] + fields.source.networkBytes
            + fields.destination.networkBytes + rest
    }

    private static func extensionHeader(
        _ number: UInt8, _ next: UInt8, _ fields: RandomAim.Fields,
        using random: inout SeededRandom
    ) -> [UInt8] {
        if number == 44 {
            // Offset and the two reserved bits under it, which are no part of it.
            let first = fields.fragment == true ? 10 : 70
            let place: UInt16 = random.one(weighted: [
                (first, random.number(0...7)), (10, 1 as UInt16), (30, random.number(0 ... .max)),
            ])
            return [next, random.number(0 ... .max)] + bytes16(place) + random.bytes(4)
        }
        let units: UInt8 = random.one(weighted: [(80, 0), (20, random.number(0...3))])
        let said: UInt8 = random.chance(2) ? random.number(0 ... .max) : units
        let size = number == 51 ? (Int(units) + 2) * 4 : (Int(units) + 1) * 8
        return [next, said] + random.bytes(size - 2)
    }

    /// The length that a header says, mostly the right one.
    private static func length(_ right: Int, using random: inout SeededRandom) -> UInt16 {
        let right = right > 65535 ? 0 : UInt16(right)
        if random.chance(92) { return right }
        return random.one(of: [
            0, right &- 1, right &+ 1, right / 2, random.number(0...80), random.number(0 ... .max),
        ])
    }

    /// What makes the L3 packet as long as is wanted; rarely, longer than its length field can say.
    private static func filling(
        _ length: Int, _ fields: RandomAim.Fields, using random: inout SeededRandom
    ) -> [UInt8] {
        let missing =
            if random.chance(0.02) {
                random.number(65400...65600)
            } else if let wanted = fields.length, wanted < 2000 || random.chance(2) {
                max(0, Int(wanted) - length)
            } else {
                0
            }
        return [UInt8](repeating: 0, count: missing)
    }
}
