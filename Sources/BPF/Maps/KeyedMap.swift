/// What a ``KeyedMap`` is to the kernel.
public protocol KeyedMapKind {
    /// The types of map that the view fits.
    static var mapTypes: [MapType] { get }
}

/// A map whose elements come and go by key: a ``HashMap`` or an ``LPMTrie``.
///
/// Keys and values lie in memory as in the BPF program, in its byte order. Batches need Linux 5.6,
/// of tries 5.16; older kernels take the elements one by one.
public struct KeyedMap<Key: BitwiseCopyable, Value: BitwiseCopyable, Kind: KeyedMapKind>:
    MapView, ~Copyable, Sendable
{
    /// The map below.
    public let map: Map

    /// Takes over a map whose keys and values have the sizes of `Key` and `Value`.
    ///
    /// - Parameter map: The map.
    /// - Throws: ``BPFError`` with `.wrongType` or `.layout`.
    public init(_ map: consuming Map) throws(BPFError) {
        try map.info.require(type: Kind.mapTypes, subject: map.subject)
        try map.info.require(key: Key.self, subject: map.subject)
        try map.info.require(value: Value.self, subject: map.subject)
        self.map = map
    }

    /// The most elements that the map holds.
    public var capacity: UInt32 { map.info.maxEntries }

    /// Finds an element.
    ///
    /// - Parameter key: The key.
    /// - Returns: A copy of the value; `nil` if no key matches.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func value(for key: Key) throws(BPFError) -> Value? {
        try map.lookup(key)
    }

    /// Creates or replaces an element.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: The value.
    ///   - mode: Whether the element may exist already, or must.
    /// - Throws: ``BPFError`` with `.full`, with `.notFound` for ``UpdateMode/replace``, or with
    ///   `.system`: `EEXIST` for ``UpdateMode/create``, `EINVAL` for a prefix that is too long.
    public borrowing func update(
        _ key: Key, _ value: Value, _ mode: UpdateMode = .any
    ) throws(BPFError) {
        try map.update(key, value, mode)
    }

    /// Deletes an element.
    ///
    /// - Parameter key: The key.
    /// - Returns: Whether there was such an element.
    /// - Throws: ``BPFError`` with `.system`.
    @discardableResult
    public borrowing func delete(_ key: Key) throws(BPFError) -> Bool {
        try map.delete(key)
    }

    /// Creates or replaces many elements. A failure leaves those before it in the map.
    ///
    /// - Parameters:
    ///   - keys: The keys.
    ///   - values: As many values, in the order of the keys.
    ///   - mode: Whether the elements may exist already, or must.
    /// - Throws: ``BPFError`` with `.outOfRange` if the counts differ, else as ``update(_:_:_:)``,
    ///   naming the position.
    public borrowing func updateBatch(
        keys: Span<Key>, values: Span<Value>, _ mode: UpdateMode = .any
    ) throws(BPFError) {
        try map.updateBatch(keys, values, mode)
    }

    /// Deletes many elements; one that is not there is no error.
    ///
    /// - Parameter keys: The keys.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func deleteBatch(keys: Span<Key>) throws(BPFError) {
        try map.deleteBatch(keys)
    }

    /// Lends all elements to `body`, up to 65536 at a time, in the map's own order.
    ///
    /// Elements that come or go meanwhile may be missed or seen twice.
    ///
    /// - Parameter body: Takes some keys and their values; not called for an empty map.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func forEachBatch(
        _ body: (Span<Key>, Span<Value>) -> Void
    ) throws(BPFError) {
        try map.forEachBatch { (keys: Span<Key>, values: Span<Value>) in
            if !keys.isEmpty {
                body(keys, values)
            }
        }
    }

    /// Copies all elements, as ``forEachBatch(_:)`` finds them.
    ///
    /// - Returns: The elements in the map's own order.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func elements() throws(BPFError) -> [(key: Key, value: Value)] {
        var elements: [(key: Key, value: Value)] = []
        try forEachBatch { keys, values in
            elements.reserveCapacity(elements.count + keys.count)
            for index in keys.indices {
                elements.append((keys[index], values[index]))
            }
        }
        return elements
    }
}
