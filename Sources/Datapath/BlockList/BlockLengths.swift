internal import BPF
internal import NetctlABI

/// A prefix length of one version of IP.
struct BlockLength: Hashable {
    /// 4 or 6.
    let family: UInt32
    let length: UInt32

    init(_ key: netctl_block_key) {
        family = key.family
        length = key.length
    }

    init(family: UInt32, length: Int) {
        self.family = family
        self.length = UInt32(length)
    }

    /// All of them.
    static let all =
        (0..<Int(NETCTL_BLOCK_LENGTHS4)).map { BlockLength(family: 4, length: $0) }
        + (0..<Int(NETCTL_BLOCK_LENGTHS6)).map { BlockLength(family: 6, length: $0) }

    /// The longest prefix of its family.
    fileprivate var longest: UInt32 { family == 4 ? 32 : 128 }
}

/// Which prefix lengths the block list has and how many entries of each, in memory that programs read.
///
/// A length is announced before its first entry comes, and taken back behind its last one: in between a
/// packet looks up in vain, and never not at all.
final class BlockLengths {
    private let memory: MapMemory

    private typealias Layout = MemoryLayout<netctl_block_guard>

    init(_ maps: BlockMaps, access: MapMemory.Access) throws {
        memory = try MapMemory(maps.guardian, access: access)
    }

    /// How many entries there are.
    var total: Int { BlockLength.all.reduce(0) { $0 + Int(count($1)) } }

    /// How many entries of a length there are.
    func count(_ length: BlockLength) -> UInt32 { load(Self.countOffset(length), UInt32.self) }

    /// Says that entries of a length come.
    func announce(_ length: BlockLength) {
        let (offset, bit) = Self.bit(length)
        store(load(offset, UInt64.self) | bit, offset)
    }

    /// Says that entries of a length have come or gone.
    func add(_ difference: Int, _ length: BlockLength) {
        set(UInt32(max(0, Int(count(length)) + difference)), length)
    }

    /// Says how many entries of a length there are.
    func set(_ count: UInt32, _ length: BlockLength) {
        store(count, Self.countOffset(length))
        guard count == 0 else { return announce(length) }
        let (offset, bit) = Self.bit(length)
        store(load(offset, UInt64.self) & ~bit, offset)
    }

    /// Whether a change is under way, or was cut short.
    var isChanging: Bool {
        get { load(Layout.offset(of: \.changing) ?? 0, UInt32.self) != 0 }
        set { store(newValue ? 1 : 0 as UInt32, Layout.offset(of: \.changing) ?? 0) }
    }

    /// When the addition that is under way began, nanoseconds since boot: what it adds says so, too. 0:
    /// none is.
    var adding: UInt64 {
        get { load(Layout.offset(of: \.adding) ?? 0, UInt64.self) }
        set { store(newValue, Layout.offset(of: \.adding) ?? 0) }
    }

    /// Where the search for what has expired goes on; nil: from the beginning.
    var swept: UInt32? {
        get {
            let place = load(Layout.offset(of: \.swept) ?? 0, UInt32.self)
            return place == 0 ? nil : place
        }
        set { store(newValue ?? 0, Layout.offset(of: \.swept) ?? 0) }
    }

    /// Before this time, nanoseconds since boot, no entry expires.
    var earliest: UInt64 {
        get { load(Layout.offset(of: \.earliest) ?? 0, UInt64.self) }
        set { store(newValue, Layout.offset(of: \.earliest) ?? 0) }
    }

    /// The same, of what the search has seen so far.
    var earliestSeen: UInt64 {
        get { load(Layout.offset(of: \.earliest_seen) ?? 0, UInt64.self) }
        set { store(newValue, Layout.offset(of: \.earliest_seen) ?? 0) }
    }

    private static func bit(_ length: BlockLength) -> (offset: Int, bit: UInt64) {
        let number = Int(length.longest - length.length)
        let start =
            length.family == 4
            ? Layout.offset(of: \.ipv4) ?? 0 : (Layout.offset(of: \.ipv6) ?? 0) + number / 64 * 8
        return (start, 1 << UInt64(number % 64))
    }

    private static func countOffset(_ length: BlockLength) -> Int {
        let start =
            length.family == 4
            ? Layout.offset(of: \.entries4) ?? 0 : Layout.offset(of: \.entries6) ?? 0
        return start + 4 * Int(length.length)
    }

    private func load<Value: BitwiseCopyable>(_ offset: Int, _: Value.Type) -> Value {
        memory.withUnsafeElement(at: 0) { $0.load(fromByteOffset: offset, as: Value.self) }
    }

    private func store<Value: BitwiseCopyable>(_ value: Value, _ offset: Int) {
        memory.withUnsafeElement(at: 0) {
            $0.storeBytes(of: value, toByteOffset: offset, as: Value.self)
        }
    }
}
