internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The bytes of an array, shared with the kernel and its programs, for elements that are no Swift
/// type: a table whose size is known only at run time. Since Linux 5.5.
///
/// The array must have ``MapFlags/memoryMappable``. The memory keeps the map in the kernel.
public struct MappedMemory: ~Copyable {
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
    /// Whether the memory may be written.
    public let access: Access
    let memory: UnsafeMutableRawBufferPointer

    /// Maps an array.
    ///
    /// - Parameters:
    ///   - map: An array; may be closed afterwards.
    ///   - access: Whether to write.
    /// - Throws: ``BPFError`` with `.wrongType` if it is no array that can be mapped, or with
    ///   `.system`: `EPERM` for writing to a frozen array.
    public init(_ map: borrowing Map, access: Access) throws(BPFError) {
        let subject = map.subject
        try map.info.require(type: [.array], attempt: "map array", subject: subject)
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
