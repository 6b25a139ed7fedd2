internal import NetTypes
internal import NetctlABI

/// What the hash of each length holds: its prefixes, and markers that lead to longer ones.
struct LengthEntries {
    private let prefixes: [ClassifiedPrefix<IPv6Address>]
    /// By length: where prefixes of it have to be entered, too.
    private let markers: [[Int]]

    init(_ prefixes: [ClassifiedPrefix<IPv6Address>], _ tree: LengthTree) {
        self.prefixes = prefixes
        markers = (0...128).map(tree.markers(of:))
    }

    /// Calls `body` once for each entry, with its length, its bits and what `struct netctl_line6`
    /// holds of it.
    func forEach(_ body: (_ length: Int, _ bits: UInt128, _ entry: UInt32) -> Void) {
        // Prefixes are in order, so those that share an entry follow each other.
        var latest: [(bits: UInt128, entry: UInt32)] = Array(repeating: (0, 0), count: 129)
        var covering: [ClassifiedPrefix<IPv6Address>] = []
        func finish(_ length: Int) {
            if latest[length].entry != 0 {
                body(length, latest[length].bits, latest[length].entry)
            }
        }
        for item in prefixes {
            let (prefix, length) = (item.prefix, item.prefix.length)
            while let last = covering.last, !last.prefix.contains(prefix) { covering.removeLast() }
            for marker in markers[length] {
                let bits = prefix.address.bits & Self.mask(marker)
                if latest[marker].entry == 0 || latest[marker].bits != bits {
                    finish(marker)
                    let inherited = covering.last { $0.prefix.length <= marker }?.class_ ?? 0
                    latest[marker] = (bits, NETCTL_ENTRY6_USED | inherited)
                }
                latest[marker].entry |= NETCTL_ENTRY6_LONGER
            }
            if length > 0 {
                // No longer prefix has come before it: they are behind it in the order.
                finish(length)
                latest[length] = (prefix.address.bits, NETCTL_ENTRY6_USED | item.class_)
            }
            covering.append(item)
        }
        for length in 1...128 { finish(length) }
    }

    private static func mask(_ length: Int) -> UInt128 { ~UInt128.zero &<< UInt128(128 - length) }
}
