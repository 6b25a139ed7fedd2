internal import BPF
internal import NetTypes
internal import NetctlABI
internal import PolicyCompiler

/// What programs look the addresses of one field up in, ready to be copied into maps.
struct AddressTables {
    let trie4: IPv4Trie
    let search6: IPv6Search

    init(_ table: AddressTable) {
        trie4 = table.makeTrie4()
        search6 = table.makeSearch6()
    }

    /// The maps' names, behind `src_` or `dst_`.
    static let names = ["trie4", "blocks4", "leaves4", "search6", "lines6"]

    /// How many elements of 64 KB the maps have that grow.
    var elements: [String: UInt32] {
        [
            "blocks4": Self.elements(trie4.blockCount, NETCTL_TRIE4_BLOCKS),
            "leaves4": Self.elements(trie4.leaves.count, NETCTL_TRIE4_LEAVES),
            "lines6": Self.elements(search6.lines.count, NETCTL_SEARCH6_LINES),
        ]
    }

    /// How many elements hold so many values, at least one.
    private static func elements(_ count: Int, _ perElement: some BinaryInteger) -> UInt32 {
        UInt32(max(1, (count + Int(perElement) - 1) / Int(perElement)))
    }

    /// What the maps of each IP version take.
    var bytes: (ipv4: Int, ipv6: Int) {
        let grown = elements.mapValues { Int($0) << 16 }
        let root = IPv4Trie.rootBytes(isRanked: trie4.isRanked)
        return (
            root + (grown["blocks4"] ?? 0) + (grown["leaves4"] ?? 0),
            MemoryLayout<netctl_search6>.size + (grown["lines6"] ?? 0)
        )
    }
}

extension AddressTable {
    /// Of all prefixes and their classes, and of how they are stored: equal digests need no new tables.
    var digest: String {
        let digest = ContentDigest("tables 2")
        // Field by field: between them are bytes that mean nothing.
        digest.update(ipv4.map { UInt64($0.prefix.address.bits) << 32 | UInt64($0.class_) })
        digest.update(ipv4.map { UInt8($0.prefix.length) })
        digest.update(ipv6.map(\.prefix.address.bits))
        digest.update(ipv6.map { UInt64($0.prefix.length) << 32 | UInt64($0.class_) })
        return digest.text
    }
}

extension ContentDigest {
    fileprivate func update(_ values: [some BitwiseCopyable]) {
        values.withUnsafeBytes { update($0) }
    }
}
