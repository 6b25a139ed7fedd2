/// An array with one value for all CPUs: `BPF_MAP_TYPE_ARRAY`, since Linux 3.19.
///
/// All elements exist from the beginning, zeroed.
public struct ArrayMap<Value: BitwiseCopyable>: MapView, ~Copyable, Sendable {
    /// The map below.
    public let map: Map

    /// Takes over an array whose values have the size of `Value`.
    ///
    /// - Parameter map: The map.
    /// - Throws: ``BPFError`` with `.wrongType` or `.layout`.
    public init(_ map: consuming Map) throws(BPFError) {
        try map.info.require(type: [.array], subject: map.subject)
        try map.info.require(value: Value.self, subject: map.subject)
        self.map = map
    }

    /// How many elements there are.
    public var count: UInt32 { map.info.maxEntries }

    /// Reads an element. A value over 8 bytes may be torn by a concurrent write.
    ///
    /// - Parameter index: In `0..<count`, in host byte order.
    /// - Returns: The value; its fields keep the map's byte order.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`.
    public borrowing func value(at index: UInt32) throws(BPFError) -> Value {
        try map.require(index: index, "read array")
        guard let value: Value = try map.lookup(index) else {
            throw BPFError(.notFound, "read array", map.subject, "no element \(index)")
        }
        return value
    }

    /// Writes an element.
    ///
    /// - Parameters:
    ///   - index: In `0..<count`, in host byte order.
    ///   - value: The value, its fields in the map's byte order.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`, `EPERM` if the map is frozen.
    public borrowing func update(at index: UInt32, _ value: Value) throws(BPFError) {
        try map.require(index: index, "write array")
        try map.update(index, value)
    }

    /// Writes the elements from `start` on, in few system calls.
    ///
    /// - Parameters:
    ///   - start: The first index.
    ///   - values: One value for each of `start..<start + values.count`.
    /// - Throws: ``BPFError`` with `.outOfRange` if they do not fit, before anything is written,
    ///   or with `.system`.
    public borrowing func updateBatch(from start: UInt32 = 0, _ values: Span<Value>)
        throws(BPFError)
    {
        guard values.count <= Int(count), Int(start) <= Int(count) - values.count else {
            throw BPFError(
                .outOfRange, "write array", map.subject,
                "\(values.count) values from \(start) on are outside 0..<\(count)")
        }
        let indices = Array(start..<start + UInt32(values.count))
        try map.updateBatch(indices.span, values, .any)
    }
}
