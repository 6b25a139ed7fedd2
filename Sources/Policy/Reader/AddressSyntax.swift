import NetTypes

/// Addresses, prefixes and ranges as text: inline in a policy and in set files.
enum AddressSyntax {
    /// Reads an address, a prefix or a range `a-b`; IPv4 mapped into IPv6 is IPv4.
    static func parse(_ bytes: Span<UInt8>) throws(AddressSyntaxError) -> AddressTerm {
        var index = 0
        guard let address = IPAddress.scan(bytes, at: &index) else { throw .notAnAddress }
        let rest = skipBlanks(bytes, from: index)
        if rest < bytes.count, bytes[rest] == UInt8(ascii: "-") {
            return try range(from: address, bytes, at: skipBlanks(bytes, from: rest + 1))
        }
        do {
            return .prefix(try IPPrefix(bytes: bytes).unmapped)
        } catch {
            throw .prefix(error)
        }
    }

    /// Reads an address, a prefix or a range `a-b`; IPv4 mapped into IPv6 is IPv4.
    static func parse(_ text: String) throws(AddressSyntaxError) -> AddressTerm {
        let bytes = Array(text.utf8)
        return try parse(bytes.span)
    }

    /// What to say of IPv6 text that means all of IPv4; nil for everything else.
    ///
    /// `::ffff:0:0/96` stands in lists of addresses that are never on the wire (RFC 6890), and to
    /// drop it would be to drop IPv4.
    static func doubt(
        about term: AddressTerm, _ text: @autoclosure () -> String
    ) -> (message: String, hint: String)? {
        guard case .prefix(.v4(let prefix)) = term, prefix.length == 0 else { return nil }
        let text = text()
        guard text.contains(":") else { return nil }
        return (
            "\(text.shortened) means \(prefix), every IPv4 address",
            "leave it out; if that is meant, write \(prefix)"
        )
    }

    private static func range(
        from lower: IPAddress, _ bytes: Span<UInt8>, at start: Int
    ) throws(AddressSyntaxError) -> AddressTerm {
        var index = start
        guard let upper = IPAddress.scan(bytes, at: &index) else { throw .notAnAddress }
        guard index == bytes.count else {
            throw bytes[index] == UInt8(ascii: "/") ? .rangeOfPrefixes : .notAnAddress
        }
        do {
            return .range(try IPAddressRange(lower, upper).unmapped)
        } catch {
            throw .range(error, lower, upper)
        }
    }

    private static func skipBlanks(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        return index
    }
}

/// Why a text is not an ``AddressTerm``.
enum AddressSyntaxError: Error {
    case notAnAddress
    case prefix(IPPrefixError)
    case range(IPAddressRangeError, IPAddress, IPAddress)
    case rangeOfPrefixes

    /// The code of the diagnostic.
    var code: String {
        if case .prefix(.hostBitsSet) = self { "host-bits" } else { "invalid-address" }
    }

    /// What is wrong with `text`, and what to do; `takesSets`: a set may stand there, too.
    func explanation(
        of text: String, takesSets: Bool = false
    ) -> (message: String, hint: String?) {
        let shown = text.shortened
        switch self {
        case .notAnAddress, .prefix(.notAnAddress):
            return (
                "'\(shown)' is not an address, a prefix or a range",
                Self.guess(text, takesSets: takesSets)
            )
        case .prefix(.lengthNotANumber):
            return ("'\(shown)' has no valid prefix length", Self.netmaskHint(text))
        case .prefix(.lengthOutOfRange(_, let maximum)):
            return ("'\(shown)' has a prefix length beyond \(maximum)", nil)
        case .prefix(.hostBitsSet(let corrected)):
            return ("prefix \(shown) has host bits set", "did you mean \(corrected)?")
        case .range(.reversed, let lower, let upper):
            return ("range \(shown) is reversed", "did you mean \(upper)-\(lower)?")
        case .range(.mixedVersions, _, _):
            return ("range \(shown) mixes IPv4 and IPv6", nil)
        case .rangeOfPrefixes:
            return ("range \(shown) has a prefix at its end", "write two addresses")
        }
    }

    private static func guess(_ text: String, takesSets: Bool) -> String? {
        switch text.lowercased() {
        case "any", "all", "*": return "leave the key out to match any address"
        default: break
        }
        if text.contains(",") { return "write a list: [\(listed(text))]" }
        let octets = text.split(separator: "/")[0...].first?.split(separator: ".") ?? []
        if octets.count == 4, octets.allSatisfy({ UInt8($0) != nil }) {
            return "numbers have no leading zeros"
        }
        if let percent = text.firstIndex(of: "%"), IPAddress(text[..<percent]) != nil {
            return "an address has no zone here"
        }
        if takesSets, text.contains(where: \.isLetter), let name = try? Name(text) {
            return "write \"@\(name)\" for the set of that name"
        }
        if text.contains(where: { $0.isLetter && !$0.isHexDigit }), !text.contains(":") {
            return "names are not looked up"
        }
        return nil
    }

    private static func listed(_ text: String) -> String {
        text.split(separator: ",").prefix(8).map { part in
            Quoting.scalar(part.filter { $0 != " " })
        }.joined(separator: ", ").shortened
    }

    /// `10.0.0.0/255.0.0.0` is `10.0.0.0/8`.
    private static func netmaskHint(_ text: String) -> String? {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let mask = IPv4Address(parts[1]) else { return nil }
        let length = (~mask.bits).leadingZeroBitCount
        guard mask.bits == (length == 0 ? 0 : UInt32.max << UInt32(32 - length)) else { return nil }
        return "did you mean \(parts[0])/\(length)?"
    }
}
