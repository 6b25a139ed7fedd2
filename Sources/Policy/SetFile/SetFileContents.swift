import NetTypes

/// What a set file says, and what is wrong with it.
struct SetFileContents {
    var ipv4: [Prefix<IPv4Address>] = []
    var ipv6: [Prefix<IPv6Address>] = []
    /// The first malformed lines.
    var malformed: [MalformedLine] = []
    /// All malformed lines, up to ``PolicyLimits/malformedLinesCounted``.
    var malformedCount = 0
    /// Prefixes that had host bits; they are read without.
    var hostBitsCount = 0
    /// The first of them.
    var firstHostBits: (line: Int, text: String, corrected: IPPrefix)?
    /// The first line of IPv6 that means all of IPv4.
    var firstDoubt: (line: Int, message: String, hint: String)?
    /// Whether reading stopped because there are too many prefixes.
    var isTooLong = false

    var count: Int { ipv4.count + ipv6.count }

    struct MalformedLine {
        let line: Int
        let message: String
        let hint: String?
    }

    /// Takes the prefixes out, sorted: the lists are moved, not copied.
    mutating func takeAddresses() -> AddressSet {
        let taken = (ipv4, ipv6)
        ipv4 = []
        ipv6 = []
        return AddressSet(ipv4: taken.0, ipv6: taken.1)
    }

    mutating func append(_ term: AddressTerm) {
        switch term {
        case .prefix(let prefix): append(prefix)
        case .range(let range): range.prefixes.forEach { append($0) }
        case .set: break
        }
    }

    mutating func append(_ prefix: IPPrefix) {
        switch prefix {
        case .v4(let prefix): ipv4.append(prefix)
        case .v6(let prefix): ipv6.append(prefix)
        }
    }

    /// Whether another malformed line is still reported, not only counted.
    var reportsMalformed: Bool { malformed.count < PolicyLimits.malformedLines }

    mutating func appendMalformed(line: Int, _ message: String, hint: String?) {
        malformedCount += 1
        guard reportsMalformed else { return }
        malformed.append(MalformedLine(line: line, message: message, hint: hint))
    }
}
