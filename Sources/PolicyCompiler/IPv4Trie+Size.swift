internal import NetTypes
internal import NetctlABI

extension IPv4Trie {
    /// What the trie of some prefixes needs, before it is built.
    struct Size: Equatable, Sendable {
        /// The /16s with longer prefixes: each has a block, unless the trie is ranked.
        private(set) var blocks = 0
        /// The /24s with longer prefixes: each has a leaf.
        private(set) var leaves = 0
        /// The /24s that prefixes longer than /16 cover or lie in: each has an entry where the trie is
        /// ranked, and few need a leaf.
        private(set) var nets = 0

        /// - Parameter prefixes: In address order, a covering prefix before what it covers.
        init(_ prefixes: [ClassifiedPrefix<IPv4Address>]) {
            var (block, leaf, end) = (-1, -1, 0)
            for entry in prefixes where entry.prefix.length > 16 {
                let net = Int(entry.prefix.address.bits >> 8)
                let last = net + (1 << max(0, 24 - entry.prefix.length))
                nets += max(0, last - max(net, end))
                end = max(end, last)
                if net >> 8 != block {
                    block = net >> 8
                    blocks += 1
                }
                if entry.prefix.length > 24, net != leaf {
                    leaf = net
                    leaves += 1
                }
            }
        }

        /// What the entries of /24s take where it is.
        var netBytes: Int { nets * MemoryLayout<netctl_net4>.size }

        /// Whether the ranked trie takes less memory. It is faster then, too: caches hold more of it.
        var isSmallerRanked: Bool {
            IPv4Rank.bytes + netBytes < blocks << 10
        }

        /// What the maps hold beside the root's entries, but for the leaves and blocks of /24s in which
        /// prefixes meet.
        var leastBytes: Int {
            isSmallerRanked
                ? IPv4Rank.bytes + netBytes
                : blocks << 10 + leaves * MemoryLayout<netctl_leaf4>.size
        }
    }
}
