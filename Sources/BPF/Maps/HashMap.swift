/// A hash table: `BPF_MAP_TYPE_HASH`, since Linux 3.19, or `BPF_MAP_TYPE_LRU_HASH`, since 4.10, which
/// drops old elements where the other is full.
public typealias HashMap<Key: BitwiseCopyable, Value: BitwiseCopyable> =
    KeyedMap<Key, Value, HashKind>

/// What makes a ``KeyedMap`` a ``HashMap``.
public enum HashKind: KeyedMapKind {
    /// `BPF_MAP_TYPE_HASH` and `BPF_MAP_TYPE_LRU_HASH`.
    public static let mapTypes: [MapType] = [.hash, .lruHash]
}
