internal import NetTypes
public import NetctlABI

/// Longest-prefix match over IPv4 by 16, 8 and 8 bits: the arrays of `bpf/lib/trie4.h`.
public struct IPv4Trie: Sendable {
    /// By the first 16 bits: a class, or a block for the next eight. Of a ranked trie instead
    /// ``IPv4Rank/words``.
    public private(set) var root: [UInt32]
    /// Whether the entries of /24s lie one behind the other, found by their rank.
    public let isRanked: Bool
    /// Blocks of 256 entries, one behind the other; of a ranked trie the entries of /24s come first.
    public private(set) var blocks: [UInt32] = []
    /// The /24s of two classes.
    public private(set) var leaves: [netctl_leaf4] = []

    /// Builds the trie.
    ///
    /// - Parameter prefixes: In address order, a covering prefix before what it covers.
    /// - Complexity: O(n) for n prefixes, but for short ones: each /16 is written once for every prefix
    ///   that covers it.
    init(_ prefixes: [ClassifiedPrefix<IPv4Address>]) {
        root = Array(repeating: 0, count: Int(NETCTL_TRIE4_ROOT_ENTRIES))
        let size = Size(prefixes)
        isRanked = size.isSmallerRanked
        blocks.reserveCapacity((isRanked ? root.count : size.blocks) << 8)
        leaves.reserveCapacity(size.leaves)
        paint(prefixes)
        if isRanked { rank(entries: size.entries) }
    }

    private mutating func paint(_ prefixes: [ClassifiedPrefix<IPv4Address>]) {
        // A ranked trie begins with a block for every /16, in their order: an entry for each /24.
        if isRanked {
            for index in root.indices { _ = block(below: index) }
        }
        for entry in prefixes {
            let address = Int(entry.prefix.address.bits)
            let length = entry.prefix.length
            switch length {
            case ...16 where isRanked:
                let first = (address >> 16) << 8
                let last = first + (1 << (24 - length))
                for index in first..<last { blocks[index] = entry.class_ }
            case ...16:
                let first = address >> 16
                for index in first..<(first + 1 << (16 - length)) { root[index] = entry.class_ }
            case ...24:
                let first = block(below: address >> 16) << 8 | address >> 8 & 0xff
                for index in first..<(first + 1 << (24 - length)) { blocks[index] = entry.class_ }
            default:
                let place = block(below: address >> 16) << 8 | address >> 8 & 0xff
                let first = address & 0xff
                paint(first..<(first + 1 << (32 - length)), of: place, entry.class_)
            }
        }
    }

    /// Takes the entries out that lead nowhere.
    private mutating func rank(entries: Int) {
        let all = root.count << 8
        // What comes behind the entries begins with a block of its own.
        let first = (entries + 255) >> 8
        var ranked: [UInt32] = []
        ranked.reserveCapacity(first << 8 + blocks.count - all)
        var rank = IPv4Rank()
        for net in 0..<all where blocks[net] != 0 {
            var entry = blocks[net]
            if entry & NETCTL_TRIE4_BLOCK != 0 { entry += UInt32(first) - UInt32(root.count) }
            rank.insert(net)
            ranked.append(entry)
        }
        precondition(ranked.count <= entries, "every entry is of a /24 that a prefix covers")
        ranked.append(contentsOf: repeatElement(0, count: first << 8 - ranked.count))
        ranked.append(contentsOf: blocks[all...])
        rank.count()
        root = rank.words
        blocks = ranked
    }

    /// The block of a /16, made of what covers it if there is none yet.
    private mutating func block(below index: Int) -> Int {
        let entry = root[index]
        if entry & NETCTL_TRIE4_BLOCK != 0 { return Int(entry & NETCTL_TRIE4_INDEX) }
        let block = appendBlock(of: entry)
        root[index] = NETCTL_TRIE4_BLOCK | UInt32(block)
        return block
    }

    private mutating func appendBlock(of class_: UInt32) -> Int {
        let block = blocks.count >> 8
        blocks.append(contentsOf: repeatElement(class_, count: 256))
        return block
    }

    /// Gives some addresses of a /24 a class. So far they have all the same one.
    private mutating func paint(_ addresses: Range<Int>, of place: Int, _ class_: UInt32) {
        let entry = blocks[place]
        if entry & NETCTL_TRIE4_BLOCK != 0 {
            let first = Int(entry & NETCTL_TRIE4_INDEX) << 8
            for address in addresses { blocks[first + address] = class_ }
        } else if entry & NETCTL_TRIE4_LEAF != 0 {
            let index = Int(entry & NETCTL_TRIE4_INDEX)
            if leaves[index].class_inside == class_ {
                leaves[index].set(addresses, inside: true)
            } else if leaves[index].class_outside == class_ {
                leaves[index].set(addresses, inside: false)
            } else {
                widen(index, at: place)
                paint(addresses, of: place, class_)
            }
        } else {
            var leaf = netctl_leaf4()
            leaf.class_inside = class_
            leaf.class_outside = entry
            leaf.set(addresses, inside: true)
            blocks[place] = NETCTL_TRIE4_LEAF | UInt32(leaves.count)
            leaves.append(leaf)
        }
    }

    /// Puts a block in the place of a leaf that a third class comes to. The leaf is lost: few /24s
    /// have prefixes of so many sets.
    private mutating func widen(_ index: Int, at place: Int) {
        let leaf = leaves[index]
        let block = appendBlock(of: leaf.class_outside)
        for address in 0..<256 where leaf.contains(address) {
            blocks[block << 8 + address] = leaf.class_inside
        }
        blocks[place] = NETCTL_TRIE4_BLOCK | UInt32(block)
    }

    /// The class of an address, as programs find it.
    func class_(of address: IPv4Address) -> UInt32 {
        let bits = Int(address.bits)
        var entry = isRanked ? rankedEntry(of: bits >> 8) : root[bits >> 16]
        for shift in isRanked ? [0] : [8, 0] {
            let byte = bits >> shift & 0xff
            let index = Int(entry & NETCTL_TRIE4_INDEX)
            if entry & NETCTL_TRIE4_BLOCK != 0 {
                entry = blocks[index << 8 | byte]
            } else if entry & NETCTL_TRIE4_LEAF != 0 {
                let leaf = leaves[index]
                return leaf.contains(byte) ? leaf.class_inside : leaf.class_outside
            }
        }
        return entry
    }

    private func rankedEntry(of net: Int) -> UInt32 {
        IPv4Rank(words: root).rank(of: net).map { blocks[$0] } ?? 0
    }
}

extension netctl_leaf4 {
    /// Whether an address, by its last byte, is inside.
    fileprivate func contains(_ address: Int) -> Bool {
        withUnsafeBytes(of: inside) { bytes in bytes[address >> 3] >> (address & 7) & 1 != 0 }
    }

    /// Puts addresses, by their last byte, inside or outside. Bits are in the order of their bytes: the
    /// machine is little-endian.
    fileprivate mutating func set(_ addresses: Range<Int>, inside isInside: Bool) {
        withUnsafeMutableBytes(of: &inside) { bytes in
            for address in addresses {
                let bit = UInt8(1) << UInt8(address & 7)
                if isInside { bytes[address >> 3] |= bit } else { bytes[address >> 3] &= ~bit }
            }
        }
    }
}
