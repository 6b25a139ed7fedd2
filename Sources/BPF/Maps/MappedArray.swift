/// The memory of an array, shared with the kernel and its programs: reads and writes take no system
/// call. Since Linux 5.5.
///
/// The array must have ``MapFlags/memoryMappable``. The memory keeps the map in the kernel. Other
/// CPUs write at any time: a value of up to 8 aligned bytes is read whole, a larger one may be torn.
/// Accesses are plain, neither ordered nor atomic: do not spin on an element.
public struct MappedArray<Value: BitwiseCopyable>: ~Copyable {
    /// The memory below.
    public let memory: MapMemory

    /// Maps an array.
    ///
    /// - Parameters:
    ///   - map: An array whose values have the size of `Value`; may be closed afterwards.
    ///   - access: Whether to write.
    /// - Throws: ``BPFError`` with `.wrongType` if it is no array that can be mapped, with
    ///   `.layout`, or with `.system`: `EPERM` for writing to a frozen array.
    public init(_ map: borrowing Map, access: MapMemory.Access) throws(BPFError) {
        try map.info.require(value: Value.self, subject: map.subject)
        memory = try MapMemory(map, access: access)
    }

    /// How many elements there are.
    public var count: Int { memory.count }

    /// The distance between two elements in bytes: the size of a value, rounded up to 8.
    public var stride: Int { memory.stride }

    /// One element, in the byte order that the BPF program expects. Traps outside of `0..<count`,
    /// and on writing to memory that is read-only.
    ///
    /// - Parameter index: In `0..<count`.
    public subscript(index: Int) -> Value {
        get {
            // SAFETY: the element lies in the mapping; pages and strides are aligned to 8.
            memory.bytes.load(fromByteOffset: memory.offset(of: index), as: Value.self)
        }
        nonmutating set {
            precondition(memory.access == .readWrite, "the array is mapped read-only")
            // SAFETY: as above.
            memory.bytes.storeBytes(
                of: newValue, toByteOffset: memory.offset(of: index), as: Value.self)
        }
    }

    /// Lends the memory: element `i` begins at `i * stride`.
    ///
    /// - Parameter body: Must not keep the pointer, nor write through it if the mapping is
    ///   read-only.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try memory.withUnsafeBytes(body)
    }
}
