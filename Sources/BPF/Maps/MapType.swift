internal import CLibbpf

/// A map's type, `enum bpf_map_type`.
public struct MapType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's number.
    public let rawValue: UInt32

    /// Makes a type from the kernel's number.
    ///
    /// - Parameter rawValue: `BPF_MAP_TYPE_*`.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `BPF_MAP_TYPE_HASH`. Since Linux 3.19.
    public static let hash = MapType(rawValue: 1)
    /// `BPF_MAP_TYPE_ARRAY`. Since Linux 3.19.
    public static let array = MapType(rawValue: 2)
    /// `BPF_MAP_TYPE_PROG_ARRAY`. Since Linux 4.2.
    public static let programArray = MapType(rawValue: 3)
    /// `BPF_MAP_TYPE_PERCPU_HASH`. Since Linux 4.6.
    public static let perCPUHash = MapType(rawValue: 5)
    /// `BPF_MAP_TYPE_PERCPU_ARRAY`. Since Linux 4.6.
    public static let perCPUArray = MapType(rawValue: 6)
    /// `BPF_MAP_TYPE_LRU_HASH`. Since Linux 4.10.
    public static let lruHash = MapType(rawValue: 9)
    /// `BPF_MAP_TYPE_LPM_TRIE`. Since Linux 4.11.
    public static let lpmTrie = MapType(rawValue: 11)
    /// `BPF_MAP_TYPE_ARRAY_OF_MAPS`. Since Linux 4.12.
    public static let arrayOfMaps = MapType(rawValue: 12)
    /// `BPF_MAP_TYPE_HASH_OF_MAPS`. Since Linux 4.12.
    public static let hashOfMaps = MapType(rawValue: 13)
    /// `BPF_MAP_TYPE_DEVMAP`. Since Linux 4.14.
    public static let deviceMap = MapType(rawValue: 14)
    /// `BPF_MAP_TYPE_CPUMAP`. Since Linux 4.15.
    public static let cpuMap = MapType(rawValue: 16)
    /// `BPF_MAP_TYPE_XSKMAP`. Since Linux 4.18.
    public static let xdpSocketMap = MapType(rawValue: 17)
    /// `BPF_MAP_TYPE_QUEUE`. Since Linux 4.20.
    public static let queue = MapType(rawValue: 22)
    /// `BPF_MAP_TYPE_STACK`. Since Linux 4.20.
    public static let stack = MapType(rawValue: 23)
    /// `BPF_MAP_TYPE_SK_STORAGE`: a value in the socket itself. Since Linux 5.2.
    public static let socketStorage = MapType(rawValue: 24)
    /// `BPF_MAP_TYPE_RINGBUF`. Since Linux 5.8.
    public static let ringBuffer = MapType(rawValue: 27)
    /// `BPF_MAP_TYPE_BLOOM_FILTER`. Since Linux 5.16.
    public static let bloomFilter = MapType(rawValue: 30)
    /// `BPF_MAP_TYPE_USER_RINGBUF`: records from user space for programs. Since Linux 6.1.
    public static let userRingBuffer = MapType(rawValue: 31)

    /// libbpf's name, `percpu_array`; the number for a type that it does not know.
    public var description: String {
        libbpf_bpf_map_type_str(bpf_map_type(rawValue: rawValue)).map { String(cString: $0) }
            ?? "map type \(rawValue)"
    }
}

/// Flags of a map's creation, `BPF_F_*`.
public struct MapFlags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Makes a set from the kernel's bits.
    ///
    /// - Parameter rawValue: `BPF_F_*` of `BPF_MAP_CREATE`.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `BPF_F_NO_PREALLOC`: elements take memory when they come. An LPM trie requires it.
    public static let noPreallocation = MapFlags(rawValue: 1 << 0)
    /// `BPF_F_RDONLY`: system calls may only read. Since Linux 4.15.
    public static let readOnlyForUser = MapFlags(rawValue: 1 << 3)
    /// `BPF_F_RDONLY_PROG`: programs may only read; values of a frozen array are constants to the
    /// verifier. Since Linux 5.2.
    public static let readOnlyForPrograms = MapFlags(rawValue: 1 << 7)
    /// `BPF_F_MMAPABLE`: an array that can be mapped into memory. Since Linux 5.5.
    public static let memoryMappable = MapFlags(rawValue: 1 << 10)
}
