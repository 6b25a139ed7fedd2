/// The memory of an array, shared with the kernel and its programs: reads and writes take no system
/// call. Since Linux 5.5.
///
/// The array must have ``MapFlags/memoryMappable``. The memory keeps the map in the kernel. Other
/// CPUs write at any time: a value of up to 8 aligned bytes is read whole, a larger one may be torn.
public struct MappedArray<Value: BitwiseCopyable>: ~Copyable {
    /// The memory.
    public let memory: MappedMemory

    /// Maps an array.
    ///
    /// - Parameters:
    ///   - map: An array whose values have the size of `Value`; may be closed afterwards.
    ///   - access: Whether to write.
    /// - Throws: ``BPFError`` with `.wrongType` if it is no array that can be mapped, with
    ///   `.layout`, or with `.system`: `EPERM` for writing to a frozen array.
    public init(_ map: borrowing Map, access: MappedMemory.Access) throws(BPFError) {
        try map.info.require(value: Value.self, subject: map.subject)
        memory = try MappedMemory(map, access: access)
    }

    /// How many elements there are.
    public var count: Int { memory.count }

    /// One element, in the byte order that the BPF program expects. Traps outside of `0..<count`,
    /// and on writing to memory that is read-only.
    ///
    /// - Parameter index: In `0..<count`.
    public subscript(index: Int) -> Value {
        get {
            precondition((0..<count).contains(index), "index \(index) is outside 0..<\(count)")
            // SAFETY: the element lies in the mapping; pages and strides are aligned to 8.
            return memory.memory.load(fromByteOffset: index * memory.stride, as: Value.self)
        }
        nonmutating set {
            precondition((0..<count).contains(index), "index \(index) is outside 0..<\(count)")
            precondition(memory.access == .readWrite, "the array is mapped read-only")
            // SAFETY: as above.
            memory.memory.storeBytes(of: newValue, toByteOffset: index * memory.stride, as: Value.self)
        }
    }
}
