internal import NetctlABI

/// Which /24s of IPv4 have an entry, and how many of those come before each: behind the root of a ranked
/// trie, in `bpf/lib/trie4.h`.
struct IPv4Rank: Sendable {
    /// A bit for each /24, `NETCTL_TRIE4_WORDS` words of 64 as pairs of 32, the lower half first; behind
    /// them for each word of 64 how many bits are set in the words before.
    private(set) var words: [UInt32]

    private static let pairs = Int(NETCTL_TRIE4_WORDS)

    /// An empty one.
    init() { words = Array(repeating: 0, count: Self.bytes / 4) }

    /// What it takes.
    static let bytes = pairs * 12

    /// Gives a /24 an entry.
    ///
    /// - Parameter net: The first 24 bits of its addresses.
    mutating func insert(_ net: Int) { words[net >> 5] |= 1 << UInt32(net & 31) }

    /// Counts the bits, once all are set.
    mutating func count() {
        var sum = 0
        for pair in 0..<Self.pairs {
            words[2 * Self.pairs + pair] = UInt32(sum)
            sum += words[2 * pair].nonzeroBitCount + words[2 * pair + 1].nonzeroBitCount
        }
    }

    /// How many /24s with an entry come before one that has one; nil of one that has none.
    func rank(of net: Int) -> Int? {
        let bits = words[net >> 5]
        let bit: UInt32 = 1 << UInt32(net & 31)
        guard bits & bit != 0 else { return nil }
        let lower = net >> 5 & 1 == 0 ? 0 : words[net >> 5 - 1].nonzeroBitCount
        return Int(words[2 * Self.pairs + net >> 6]) + lower + (bits & (bit - 1)).nonzeroBitCount
    }
}
