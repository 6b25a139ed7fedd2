internal import NetTypes
public import NetctlABI

/// Longest-prefix match over IPv6 by a hash for each length: the arrays of `bpf/lib/search6.h`.
public struct IPv6Search: Sendable {
    /// The tree of the lengths.
    public private(set) var tree = netctl_search6()
    /// The lines of all lengths, one length behind the other.
    public private(set) var lines: [netctl_line6] = []

    /// How full lines are at first. A line holds three entries, and an entry may be in either of two:
    /// up to 0.95 there is room with hardly any search.
    private static let fill = 0.75

    /// Builds the hashes.
    ///
    /// - Parameters:
    ///   - prefixes: In address order, a covering prefix before what it covers.
    ///   - random: Where seeds come from: nobody who writes a list can know which entries will meet.
    /// - Complexity: O(n) for n prefixes.
    init(
        _ prefixes: [ClassifiedPrefix<IPv6Address>],
        using random: inout some RandomNumberGenerator
    ) {
        let lengths = LengthTree(
            prefixes: Self.counts(prefixes), beginnings: Self.beginnings(prefixes),
            stepsMax: Int(NETCTL_SEARCH6_STEPS))
        let entries = LengthEntries(prefixes, lengths)
        if let all = prefixes.first, all.prefix.length == 0 { tree.class_of_all = all.class_ }
        tree.first_length = UInt32(lengths.first)
        var counts = Array(repeating: 0, count: 129)
        entries.forEach { length, _, _ in counts[length] += 1 }
        var fill = Self.fill
        repeat {
            tree.seed = random.next()
            setOut(lengths, counts, fill: fill)
            fill *= 0.9
            precondition(fill > 0.01, "entries do not find room in lines that are empty")
        } while !place(entries)
    }

    /// The same with seeds of the system.
    init(_ prefixes: [ClassifiedPrefix<IPv6Address>]) {
        var random = SystemRandomNumberGenerator()
        self.init(prefixes, using: &random)
    }

    private static func counts(_ prefixes: [ClassifiedPrefix<IPv6Address>]) -> [Int] {
        var counts = Array(repeating: 0, count: 129)
        for entry in prefixes { counts[entry.prefix.length] += 1 }
        return counts
    }

    /// By length, how many different beginnings the prefixes of that length and longer have. Prefixes
    /// are in order, so a beginning is new when it differs from that of the one before.
    private static func beginnings(_ prefixes: [ClassifiedPrefix<IPv6Address>]) -> [Int] {
        // Of prefixes that differ in bit n from the one before, beginnings over n bits are new.
        var changes = Array(repeating: 0, count: 130)
        var previous: UInt128?
        for entry in prefixes {
            let bits = entry.prefix.address.bits
            let common = previous.map { ($0 ^ bits).leadingZeroBitCount } ?? 0
            if common < entry.prefix.length {
                changes[common + 1] += 1
                changes[entry.prefix.length + 1] -= 1
            }
            previous = bits
        }
        var sum = 0
        return (0...128).map { length in
            sum += changes[length]
            return sum
        }
    }

    /// Gives every length its lines, empty.
    private mutating func setOut(_ lengths: LengthTree, _ counts: [Int], fill: Double) {
        var next: UInt32 = 0
        withUnsafeMutableBytes(of: &tree.length) { bytes in
            let nodes = bytes.bindMemory(to: netctl_length6.self)
            for length in 1...128 where counts[length] > 0 {
                let mask = ~UInt128.zero &<< UInt128(128 - length)
                let perLine = Double(NETCTL_LINE6_ENTRIES) * fill
                // Chance is uneven where there are few.
                let lines = UInt32((Double(counts[length]) / perLine).rounded(.up)) + 2
                nodes[length] = netctl_length6()
                nodes[length].high_mask = UInt64(truncatingIfNeeded: mask >> 64)
                nodes[length].low_mask = UInt64(truncatingIfNeeded: mask)
                nodes[length].first_line = next
                nodes[length].lines = lines
                nodes[length].shorter = UInt8(lengths.nodes[length].shorter)
                nodes[length].longer = UInt8(lengths.nodes[length].longer)
                next += lines
            }
        }
        lines = Array(repeating: netctl_line6(), count: Int(next))
    }

    /// Puts every entry into one of its two lines; false when there is no room for one.
    private mutating func place(_ entries: LengthEntries) -> Bool {
        let (tree, seed) = (tree, tree.seed)
        return lines.withUnsafeMutableBytes { bytes in
            withUnsafeBytes(of: tree.length) { nodes in
                let nodes = nodes.bindMemory(to: netctl_length6.self)
                var hasRoom = true
                entries.forEach { length, bits, entry in
                    guard hasRoom else { return }
                    hasRoom = PrefixLines(bytes, nodes[length], seed: seed)
                        .insert(bits, entry)
                }
                return hasRoom
            }
        }
    }

    /// The class of an address, as programs find it.
    func class_(of address: IPv6Address) -> UInt32 {
        withUnsafeBytes(of: tree.length) { nodes in
            lines.withUnsafeBytes { bytes in
                let nodes = nodes.bindMemory(to: netctl_length6.self)
                // Only read.
                let bytes = UnsafeMutableRawBufferPointer(mutating: bytes)
                var class_ = tree.class_of_all
                var length = Int(tree.first_length)
                var steps = 0
                while length != 0 {
                    steps += 1
                    precondition(steps <= NETCTL_SEARCH6_STEPS, "the tree is too deep")
                    let table = PrefixLines(bytes, nodes[length], seed: tree.seed)
                    let entry = table.entry(of: address.bits & table.mask)
                    if entry == 0 {
                        length = Int(nodes[length].shorter)
                    } else {
                        class_ = entry & NETCTL_ENTRY6_CLASS
                        length = entry & NETCTL_ENTRY6_LONGER == 0 ? 0 : Int(nodes[length].longer)
                    }
                }
                return class_
            }
        }
    }
}
