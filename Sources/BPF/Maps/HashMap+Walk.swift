extension KeyedMap where Kind == HashKind {
    /// Lends some elements to `body`, and says where the next ones are: a walk that can be spread over
    /// any time, and over processes. Needs Linux 5.6.
    ///
    /// Elements that come or go meanwhile may be missed or seen twice.
    ///
    /// - Parameters:
    ///   - place: What the last call returned; nil to begin.
    ///   - count: The most elements to lend. Fewer than share a bucket of the kernel's are `ENOSPC`.
    ///   - body: Takes the keys and values.
    /// - Returns: Where to go on; nil when there are no more.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func walk(
        from place: UInt32?, atMost count: Int, _ body: (Span<Key>, Span<Value>) -> Void
    ) throws(BPFError) -> UInt32? {
        try map.walkHash(from: place, atMost: count, body)
    }
}
