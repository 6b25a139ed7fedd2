/// A trie of prefixes, of which a lookup finds the longest that matches: `BPF_MAP_TYPE_LPM_TRIE`,
/// since Linux 4.11.
///
/// `Key` begins with the prefix length in bits, a `UInt32` in host byte order; the address follows in
/// network order. The kernel ignores bits behind the prefix and keeps them. Updates and deletions name
/// a prefix exactly; a lookup finds the longest one that covers its
/// key.
public typealias LPMTrie<Key: BitwiseCopyable, Value: BitwiseCopyable> =
    KeyedMap<Key, Value, LPMTrieKind>

/// What makes a ``KeyedMap`` an ``LPMTrie``.
public enum LPMTrieKind: KeyedMapKind {
    /// `BPF_MAP_TYPE_LPM_TRIE`.
    public static let mapTypes: [MapType] = [.lpmTrie]
}
