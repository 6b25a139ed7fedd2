import NetTypes

/// What a set file says, read line by line with strings: slow, and plain to see.
///
/// Lines are as in set files but shorter than any limit, and hold no NUL.
struct NaiveSetFile {
    var ipv4: [Prefix<IPv4Address>] = []
    var ipv6: [Prefix<IPv6Address>] = []
    var malformed: [Int] = []
    var hostBits = 0

    init(_ text: String) {
        let text =
            text.hasPrefix("\u{FEFF}") ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let element = line.prefix { $0 != "#" && $0 != ";" }
            read(Self.trim(String(element)), line: index + 1)
        }
    }

    private static func trim(_ text: String) -> String {
        let blanks: Set<Unicode.Scalar> = [" ", "\t", "\r"]
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, blanks.contains(first) { scalars.removeFirst() }
        while let last = scalars.last, blanks.contains(last) { scalars.removeLast() }
        return String(scalars)
    }

    private mutating func read(_ element: String, line: Int) {
        guard !element.isEmpty else { return }
        if let dash = element.firstIndex(of: "-") {
            let blanks: Set<Character> = [" ", "\t"]
            var lower = element[..<dash]
            var upper = element[element.index(after: dash)...]
            while let last = lower.last, blanks.contains(last) { lower.removeLast() }
            while let first = upper.first, blanks.contains(first) { upper.removeFirst() }
            switch (IPAddress(lower), IPAddress(upper)) {
            case (.v4(let lower)?, .v4(let upper)?):
                guard let range = AddressRange(lower, upper) else { break }
                ipv4 += range.prefixes
                return
            case (.v6(let lower)?, .v6(let upper)?):
                guard let range = AddressRange(lower, upper) else { break }
                if let first = lower.mappedIPv4, let last = upper.mappedIPv4 {
                    ipv4 += AddressRange(first, last)?.prefixes ?? []
                } else {
                    ipv6 += range.prefixes
                }
                return
            default: break
            }
            malformed.append(line)
            return
        }
        do throws(IPPrefixError) {
            append(try IPPrefix(element))
        } catch {
            guard case .hostBitsSet(let corrected) = error else {
                malformed.append(line)
                return
            }
            hostBits += 1
            append(corrected)
        }
    }

    private mutating func append(_ prefix: IPPrefix) {
        switch prefix.unmapped {
        case .v4(let prefix): ipv4.append(prefix)
        case .v6(let prefix): ipv6.append(prefix)
        }
    }
}
