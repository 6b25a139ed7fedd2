internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The memory of an array, shared with the kernel and its programs: reads and writes take no system
/// call. Since Linux 5.5.
///
/// The array must have ``MapFlags/memoryMappable``. The memory keeps the map in the kernel. Other
/// CPUs write at any time: a value of up to 8 aligned bytes is read whole, a larger one may be torn.
/// Accesses are plain, neither ordered nor atomic: do not spin on an element.
public struct MappedArray<Value: BitwiseCopyable>: ~Copyable {
    /// Whether the memory may be written.
    public enum Access: Sendable {
        /// Writing traps.
        case readOnly
        /// The array cannot be frozen while it is mapped so.
        case readWrite
    }

    /// How many elements there are.
    public let count: Int
    /// The distance between two elements in bytes: the size of a value, rounded up to 8.
    public let stride: Int
    private let access: Access
    private let memory: UnsafeMutableRawBufferPointer

    /// Maps an array.
    ///
    /// - Parameters:
    ///   - map: An array whose values have the size of `Value`; may be closed afterwards.
    ///   - access: Whether to write.
    /// - Throws: ``BPFError`` with `.wrongType` if it is no array that can be mapped, with
    ///   `.layout`, or with `.system`: `EPERM` for writing to a frozen array.
    public init(_ map: borrowing Map, access: Access) throws(BPFError) {
        let subject = map.subject
        try map.info.require(type: [.array], attempt: "map array", subject: subject)
        try map.info.require(value: Value.self, subject: subject)
        guard map.info.flags.contains(.memoryMappable) else {
            throw BPFError(
                .wrongType, "map array", subject, "it was created without BPF_F_MMAPABLE")
        }
        let count = Int(map.info.maxEntries)
        let stride = (map.info.valueSize + 7) & ~7
        let protection = access == .readWrite ? PROT_READ | PROT_WRITE : PROT_READ
        let page = Int(getpagesize())
        let bytes = (count * stride + page - 1) / page * page
        let address = mmap(nil, bytes, protection, MAP_SHARED, map.descriptor.rawValue, 0)
        guard let address, address != MAP_FAILED else {
            let number = Errno(rawValue: errno)
            throw .system(
                "map array", subject, number,
                reason: number == .notPermitted ? "the array is frozen" : nil)
        }
        self.count = count
        self.stride = stride
        self.access = access
        memory = UnsafeMutableRawBufferPointer(start: address, count: bytes)
    }

    deinit {
        munmap(memory.baseAddress, memory.count)
    }

    /// One element, in the byte order that the BPF program expects. Traps outside of `0..<count`,
    /// and on writing to memory that is read-only.
    ///
    /// - Parameter index: In `0..<count`.
    public subscript(index: Int) -> Value {
        get {
            precondition((0..<count).contains(index), "index \(index) is outside 0..<\(count)")
            // SAFETY: the element lies in the mapping; pages and strides are aligned to 8.
            return memory.load(fromByteOffset: index * stride, as: Value.self)
        }
        nonmutating set {
            precondition((0..<count).contains(index), "index \(index) is outside 0..<\(count)")
            precondition(access == .readWrite, "the array is mapped read-only")
            // SAFETY: as above.
            memory.storeBytes(of: newValue, toByteOffset: index * stride, as: Value.self)
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
        try body(UnsafeMutableRawBufferPointer(rebasing: memory[..<(count * stride)]))
    }
}
