internal import NetctlABI

/// The hash of the prefixes of one length: cache lines of three entries, each entry in either of two.
struct PrefixLines {
    /// The lines of all lengths.
    private let bytes: UnsafeMutableRawBufferPointer
    private let node: netctl_length6
    private let seed: UInt64

    /// After so many moves there is no room: at the load that tables are made with, a few will do.
    private static let movesMax = 500
    private static let stride = MemoryLayout<netctl_line6>.stride
    private static let entriesPerLine = Int(NETCTL_LINE6_ENTRIES)

    init(_ bytes: UnsafeMutableRawBufferPointer, _ node: netctl_length6, seed: UInt64) {
        self.bytes = bytes
        self.node = node
        self.seed = seed
    }

    /// The bits that prefixes of this length have.
    var mask: UInt128 { UInt128(node.high_mask) << 64 | UInt128(node.low_mask) }

    /// The entry of a prefix; 0 when there is none.
    func entry(of bits: UInt128) -> UInt32 {
        let (first, second) = lines(of: bits)
        if let slot = slot(of: bits, in: first) { return entry(first, slot) }
        guard isFull(first), let slot = slot(of: bits, in: second) else { return 0 }
        return entry(second, slot)
    }

    /// Puts in an entry that is not there, moving others if need be; false when there is no room, and
    /// then one is lost.
    ///
    /// A line never gets emptier: what is not in its first line, while that has room, is nowhere.
    func insert(_ bits: UInt128, _ entry: UInt32) -> Bool {
        var (bits, entry) = (bits, entry)
        let (first, second) = lines(of: bits)
        if append(bits, entry, to: first) || append(bits, entry, to: second) { return true }
        var line = second
        for move in 0..<Self.movesMax {
            // Takes the place of one of them, which goes to its other line.
            let slot = (move / 3 + move) % Self.entriesPerLine
            let moved = (self.bits(line, slot), self.entry(line, slot))
            store(bits, entry, line, slot)
            (bits, entry) = moved
            line = otherLine(of: bits, than: line)
            if append(bits, entry, to: line) { return true }
        }
        return false
    }

    private func append(_ bits: UInt128, _ entry: UInt32, to line: Int) -> Bool {
        for slot in 0..<Self.entriesPerLine where self.entry(line, slot) == 0 {
            store(bits, entry, line, slot)
            return true
        }
        return false
    }

    private func slot(of bits: UInt128, in line: Int) -> Int? {
        (0..<Self.entriesPerLine).first { entry(line, $0) != 0 && self.bits(line, $0) == bits }
    }

    private func isFull(_ line: Int) -> Bool { entry(line, Self.entriesPerLine - 1) != 0 }

    private func otherLine(of bits: UInt128, than line: Int) -> Int {
        let (first, second) = lines(of: bits)
        return line == first ? second : first
    }

    /// `search6_hash`.
    private func lines(of bits: UInt128) -> (Int, Int) {
        let (high, low) = (UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
        var hash = (high ^ seed) &* UInt64(NETCTL_SEARCH6_FACTOR_HIGH)
        hash = ((hash ^ hash >> 32) &+ low) &* UInt64(NETCTL_SEARCH6_FACTOR_LOW)
        hash ^= hash >> 29
        func line(_ half: UInt64) -> Int {
            Int(node.first_line) + Int((half * UInt64(node.lines)) >> 32)
        }
        return (line(hash >> 32), line(hash & 0xffff_ffff))
    }

    // MARK: struct netctl_line6

    // SAFETY, of the three: lines and slots are within the bytes, which hold whole structs; the fields
    // are arrays, one behind the other, and aligned.

    private func bits(_ line: Int, _ slot: Int) -> UInt128 {
        let offset = line * Self.stride + slot * 8
        let high = bytes.load(fromByteOffset: offset, as: UInt64.self)
        let low = bytes.load(fromByteOffset: offset + Self.lowOffset, as: UInt64.self)
        return UInt128(high) << 64 | UInt128(low)
    }

    private func entry(_ line: Int, _ slot: Int) -> UInt32 {
        bytes.load(
            fromByteOffset: line * Self.stride + Self.entryOffset + slot * 4, as: UInt32.self)
    }

    private func store(_ bits: UInt128, _ entry: UInt32, _ line: Int, _ slot: Int) {
        let offset = line * Self.stride
        bytes.storeBytes(
            of: UInt64(truncatingIfNeeded: bits >> 64), toByteOffset: offset + slot * 8,
            as: UInt64.self)
        bytes.storeBytes(
            of: UInt64(truncatingIfNeeded: bits), toByteOffset: offset + Self.lowOffset + slot * 8,
            as: UInt64.self)
        bytes.storeBytes(
            of: entry, toByteOffset: offset + Self.entryOffset + slot * 4, as: UInt32.self)
    }

    private static let lowOffset = 8 * entriesPerLine
    private static let entryOffset = 16 * entriesPerLine
}
