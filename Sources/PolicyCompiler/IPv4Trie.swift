internal import NetTypes
public import NetctlABI

/// Longest-prefix match over IPv4 by 16, 8 and 8 bits: the arrays of `bpf/lib/trie4.h`.
public struct IPv4Trie: Sendable {
    /// By the first 16 bits: a class, or a block for the next eight. Programs do not look at it where
    /// the trie is flat.
    public private(set) var root: [UInt32]
    /// Whether block n is that of the n-th /16.
    public let isFlat: Bool
    /// Blocks of 256 entries, one behind the other.
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
        let needed = Self.sizes(prefixes)
        isFlat = needed.blocks >= Self.flatFrom
        blocks.reserveCapacity((isFlat ? root.count : needed.blocks) << 8)
        leaves.reserveCapacity(needed.leaves)
        if isFlat {
            for index in root.indices { _ = block(below: index) }
        }
        for entry in prefixes {
            let address = Int(entry.prefix.address.bits)
            let length = entry.prefix.length
            switch length {
            case ...16 where isFlat:
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

    /// So many blocks make it flat: at most twice the memory, and a read less.
    static let flatFrom = Int(NETCTL_TRIE4_ROOT_ENTRIES) / 2

    /// How many blocks and leaves prefixes need, at least.
    static func sizes(
        _ prefixes: [ClassifiedPrefix<IPv4Address>]
    ) -> (blocks: Int, leaves: Int) {
        var (blocks, leaves) = (0, 0)
        var (block, leaf) = (-1, -1)
        for entry in prefixes where entry.prefix.length > 16 {
            let address = Int(entry.prefix.address.bits)
            if address >> 16 != block {
                block = address >> 16
                blocks += 1
            }
            if entry.prefix.length > 24, address >> 8 != leaf {
                leaf = address >> 8
                leaves += 1
            }
        }
        return (blocks, leaves)
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
        var entry = isFlat ? NETCTL_TRIE4_BLOCK | UInt32(bits >> 16) : root[bits >> 16]
        for shift in [8, 0] {
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
