/// The one way in which aliases can hurt before anybody counts them.
///
/// Yams hashes the keys of a mapping to find duplicates. A key that is a list of aliases of lists
/// of aliases takes exponential time there. Nobody needs such a key: it is refused before the
/// parser runs, by a look at the bytes that cannot be deceived by quotes or comments, because it
/// does not care for them. It takes an alias of an anchor and a key that may be a list or a
/// mapping, in one file.
enum AliasedKeys {
    /// Whether the text may hold aliases inside the key of a mapping.
    static func mayExpand(in bytes: [UInt8]) -> Bool {
        guard bytes.contains(UInt8(ascii: "*")), bytes.contains(UInt8(ascii: "&")),
            holdsCollectionKey(bytes)
        else { return false }
        let anchors = names(after: UInt8(ascii: "&"), in: bytes)
        return !anchors.isDisjoint(with: names(after: UInt8(ascii: "*"), in: bytes))
    }

    /// `? ` anywhere, or a closing bracket with a colon behind it.
    private static func holdsCollectionKey(_ bytes: [UInt8]) -> Bool {
        var closesCollection = false
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "?"):
                let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: " ")
                if next <= UInt8(ascii: " ") { return true }
                closesCollection = false
            case UInt8(ascii: "]"), UInt8(ascii: "}"): closesCollection = true
            case UInt8(ascii: ":"):
                if closesCollection { return true }
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                break
            default: closesCollection = false
            }
        }
        return false
    }

    private static func names(after mark: UInt8, in bytes: [UInt8]) -> Set<ArraySlice<UInt8>> {
        var result: Set<ArraySlice<UInt8>> = []
        var index = 0
        while index < bytes.count {
            defer { index += 1 }
            guard bytes[index] == mark else { continue }
            let name = bytes[(index + 1)...].prefix { isNameByte($0) }
            if !name.isEmpty { result.insert(name) }
        }
        return result
    }

    /// What libyaml takes as part of an anchor's name.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            return true
        default: return false
        }
    }
}
