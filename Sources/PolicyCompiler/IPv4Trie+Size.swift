internal import NetTypes
internal import NetctlABI

extension IPv4Trie {
    /// What the trie of some prefixes needs, before it is built.
    struct Size: Equatable {
        /// The /16s with longer prefixes, each of which has a block unless the trie is ranked.
        private(set) var blocks = 0
        /// The /24s with longer prefixes, most of which have a leaf.
        private(set) var leaves = 0
        /// The /24s that prefixes cover, or have a part in: each has an entry where the trie is ranked.
        private(set) var entries = 0

        /// - Parameter prefixes: In address order, a covering prefix before what it covers.
        init(_ prefixes: [ClassifiedPrefix<IPv4Address>]) {
            var (block, leaf) = (-1, -1)
            var end = 0
            for entry in prefixes {
                let net = Int(entry.prefix.address.bits >> 8)
                let length = entry.prefix.length
                let last = net + (1 << max(0, 24 - length))
                entries += max(0, last - max(net, end))
                end = max(end, last)
                if length > 16, net >> 8 != block {
                    block = net >> 8
                    blocks += 1
                }
                if length > 24, net != leaf {
                    leaf = net
                    leaves += 1
                }
            }
        }

        /// Whether the ranked trie takes less memory. It is faster then, too: caches hold more of it.
        var isSmallerRanked: Bool {
            IPv4Rank.bytes + entries * 4
                < (Int(NETCTL_TRIE4_ROOT_ENTRIES) + blocks << 8) * 4
        }
    }
}
