internal import NetTypes
public import NetctlABI

/// Longest-prefix match over IPv4 by 16, 8 and 8 bits: the arrays of `bpf/lib/trie4.h`.
public struct IPv4Trie: Sendable {
    /// By the first 16 bits: a class, or a block for the next eight.
    private var entries: [UInt32]
    /// Which /24s have an entry of their own, where these lie one behind the other and are found by
    /// their rank.
    private var rank: IPv4Rank?
    /// The entries of /24s by their rank.
    private var nets: [netctl_net4] = []
    /// Blocks of 256 entries, one behind the other.
    private var blockEntries: [UInt32] = []
    /// The number of the first block: behind ``nets``, which are in the same map.
    private let firstBlock: Int
    /// The /24s of two classes or more.
    public private(set) var leaves: [netctl_leaf4] = []

    /// Whether it is ranked, which programs have to know.
    public var isRanked: Bool { rank != nil }

    /// The one element of the map `…_trie4`.
    public var root: [UInt32] { entries + (rank?.words ?? []) }

    /// How many KB the elements of the map `…_blocks4` have to hold.
    public var blockCount: Int { firstBlock + blockEntries.count >> 8 }

    /// The elements of the map `…_blocks4`, one behind the other.
    public var blocks: [UInt32] {
        guard isRanked else { return blockEntries }
        return [UInt32](unsafeUninitializedCapacity: firstBlock << 8 + blockEntries.count) {
            buffer, count in
            buffer.initialize(repeating: 0)
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            nets.withUnsafeBytes { bytes.copyMemory(from: $0) }
            blockEntries.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: bytes[(firstBlock << 10)...])
                    .copyMemory(from: $0)
            }
            count = buffer.count
        }
    }

    /// What ``root`` takes.
    public static func rootBytes(isRanked: Bool) -> Int {
        Int(NETCTL_TRIE4_ROOT_ENTRIES) * 4 + (isRanked ? IPv4Rank.bytes : 0)
    }

    /// Builds the trie.
    ///
    /// - Parameters:
    ///   - prefixes: In address order, a covering prefix before what it covers.
    ///   - size: What they need, by ``Size``.
    /// - Complexity: O(n) for n prefixes, but for short ones: each /16 is written once for every prefix
    ///   that covers it, and each /24 for those of 17 to 24 bits.
    init(_ prefixes: [ClassifiedPrefix<IPv4Address>], _ size: Size) {
        entries = Array(repeating: 0, count: Int(NETCTL_TRIE4_ROOT_ENTRIES))
        firstBlock = size.isSmallerRanked ? (size.netBytes + 1_023) >> 10 : 0
        if size.isSmallerRanked {
            nets.reserveCapacity(size.nets)
            rank = rank(prefixes)
        } else {
            blockEntries.reserveCapacity(size.blocks << 8)
            leaves.reserveCapacity(size.leaves)
            for entry in prefixes { insert(entry) }
        }
    }

    /// Gives a prefix's addresses its class, in entries and blocks.
    private mutating func insert(_ entry: ClassifiedPrefix<IPv4Address>) {
        let net = Int(entry.prefix.address.bits >> 8)
        switch entry.prefix.length {
        case ...16: insertShort(entry)
        case let length where length <= 24:
            let first = block(below: net >> 8) << 8 | net & 0xff
            for index in first..<(first + 1 << (24 - length)) { blockEntries[index] = entry.class_ }
        default:
            let place = block(below: net >> 8) << 8 | net & 0xff
            if blockEntries[place] & NETCTL_TRIE4_LEAF == 0 {
                blockEntries[place] = appendLeaf(of: blockEntries[place])
            }
            paint(entry, on: Int(blockEntries[place] & NETCTL_TRIE4_INDEX))
        }
    }

    private mutating func insertShort(_ entry: ClassifiedPrefix<IPv4Address>) {
        let first = Int(entry.prefix.address.bits >> 16)
        for index in first..<(first + 1 << (16 - entry.prefix.length)) {
            entries[index] = entry.class_
        }
    }

    /// Gives the addresses of all prefixes their classes, in entries of /16s and /24s.
    private mutating func rank(_ prefixes: [ClassifiedPrefix<IPv4Address>]) -> IPv4Rank {
        var rank = IPv4Rank()
        // The /24 behind the last one with an entry. What a prefix covers has entries in a row, and the
        // prefixes inside come next: so a /24 below is as far from the last one as its entry is.
        var end = 0
        for entry in prefixes {
            guard entry.prefix.length > 16 else {
                insertShort(entry)
                continue
            }
            let net = Int(entry.prefix.address.bits >> 8)
            let last = net + (1 << max(0, 24 - entry.prefix.length))
            for new in max(net, end)..<max(last, end) {
                rank.insert(new)
                nets.append(netctl_net4())
            }
            end = max(last, end)
            let first = nets.count - (end - net)
            if entry.prefix.length > 24 {
                insert(entry, into: first, around: entries[net >> 8])
            } else {
                for index in first..<(first + last - net) {
                    nets[index] = netctl_net4(entry: entry.class_, first: 0, count: 256)
                }
            }
        }
        rank.count()
        return rank
    }

    /// Gives the addresses of a prefix longer than /24 its class, in the entry of that.
    private mutating func insert(
        _ entry: ClassifiedPrefix<IPv4Address>, into index: Int, around: UInt32
    ) {
        let net = nets[index]
        if net.count == 0 {
            nets[index] = netctl_net4(
                entry: entry.class_, first: UInt16(entry.prefix.address.bits & 0xff),
                count: 1 << UInt16(32 - entry.prefix.length))
            return
        }
        if net.entry & NETCTL_TRIE4_LEAF == 0 {
            var leaf = netctl_leaf4(of: net.count == 256 ? net.entry : around)
            if net.count < 256 {
                leaf.class_inside = net.entry
                leaf.set(Int(net.first)..<Int(net.first + net.count), inside: true)
            }
            nets[index] = netctl_net4(
                entry: NETCTL_TRIE4_LEAF | UInt32(leaves.count), first: 0, count: 256)
            leaves.append(leaf)
        }
        paint(entry, on: Int(nets[index].entry & NETCTL_TRIE4_INDEX))
    }

    /// The block of a /16, made of what covers it if there is none yet.
    private mutating func block(below index: Int) -> Int {
        let entry = entries[index]
        if entry & NETCTL_TRIE4_BLOCK != 0 { return Int(entry & NETCTL_TRIE4_INDEX) }
        let block = appendBlock(of: entry)
        entries[index] = NETCTL_TRIE4_BLOCK | UInt32(block)
        return block
    }

    private mutating func appendBlock(of class_: UInt32) -> Int {
        let block = firstBlock + blockEntries.count >> 8
        blockEntries.append(contentsOf: repeatElement(class_, count: 256))
        return block
    }

    /// Gives the addresses of a prefix longer than /24 its class. So far they have all the same one.
    private mutating func paint(_ entry: ClassifiedPrefix<IPv4Address>, on index: Int) {
        let first = Int(entry.prefix.address.bits & 0xff)
        let addresses = first..<(first + 1 << (32 - entry.prefix.length))
        let class_ = entry.class_
        if leaves[index].class_inside & NETCTL_TRIE4_BLOCK != 0 {
            let block = place(in: leaves[index].class_inside, of: 0)
            for address in addresses { blockEntries[block + address] = class_ }
        } else if leaves[index].class_outside == class_ {
            leaves[index].set(addresses, inside: false)
        } else if leaves[index].class_inside == class_ || leaves[index].isPlain {
            leaves[index].class_inside = class_
            leaves[index].set(addresses, inside: true)
        } else {
            widen(index)
            paint(entry, on: index)
        }
    }

    /// Gives a leaf that a third class comes to a block: few /24s have prefixes of so many sets.
    private mutating func widen(_ index: Int) {
        let leaf = leaves[index]
        let block = appendBlock(of: leaf.class_outside)
        let entry = NETCTL_TRIE4_BLOCK | UInt32(block)
        for address in 0..<256 where leaf.contains(address) {
            blockEntries[place(in: entry, of: address)] = leaf.class_inside
        }
        leaves[index] = netctl_leaf4(of: entry)
    }

    /// Where a block, which an entry leads to, has the entry of a byte.
    private func place(in entry: UInt32, of byte: Int) -> Int {
        (Int(entry & NETCTL_TRIE4_INDEX) - firstBlock) << 8 + byte
    }

    /// An entry that leads to a new leaf.
    private mutating func appendLeaf(of entry: UInt32) -> UInt32 {
        leaves.append(netctl_leaf4(of: entry))
        return NETCTL_TRIE4_LEAF | UInt32(leaves.count - 1)
    }

    /// The class of an address, as programs find it.
    func class_(of address: IPv4Address) -> UInt32 {
        let bits = Int(address.bits)
        var entry = entries[bits >> 16]
        if let rank {
            if let net = rank.rank(of: bits >> 8).map({ nets[$0] }),
                bits & 0xff - Int(net.first) >= 0, bits & 0xff - Int(net.first) < Int(net.count)
            {
                entry = net.entry
            }
        } else if entry & NETCTL_TRIE4_BLOCK != 0 {
            entry = blockEntries[place(in: entry, of: bits >> 8 & 0xff)]
        }
        if entry & NETCTL_TRIE4_LEAF != 0 {
            let leaf = leaves[Int(entry & NETCTL_TRIE4_INDEX)]
            entry = leaf.contains(bits & 0xff) ? leaf.class_inside : leaf.class_outside
        }
        if entry & NETCTL_TRIE4_BLOCK != 0 {
            entry = blockEntries[place(in: entry, of: bits & 0xff)]
        }
        return entry
    }
}

extension netctl_leaf4 {
    /// A leaf whose addresses have all the same entry.
    fileprivate init(of entry: UInt32) {
        self.init()
        class_inside = entry
        class_outside = entry
    }

    /// Whether its addresses have all the same entry.
    fileprivate var isPlain: Bool { class_inside == class_outside }

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
