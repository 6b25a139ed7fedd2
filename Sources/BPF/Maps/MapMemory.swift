internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The memory of an array whose values have any size, shared with the kernel and its programs: reads
/// and writes take no system call. Since Linux 5.5; values over 4 MB since 6.0.
///
/// For values that a Swift type describes there is ``MappedArray``. The array must have
/// ``MapFlags/memoryMappable``. The memory keeps the map in the kernel. Accesses are plain, neither
/// ordered nor atomic; other CPUs write at any time.
public struct MapMemory: ~Copyable {
    /// Whether the memory may be written.
    public enum Access: Sendable {
        /// Writing traps.
        case readOnly
        /// The array cannot be frozen while it is mapped so.
        case readWrite
    }

    /// How many elements there are.
    public let count: Int
    /// The size of a value as programs see it, in bytes.
    public let valueSize: Int
    /// The distance between two elements in bytes: `valueSize` rounded up to 8.
    public let stride: Int
    /// Whether the memory may be written.
    public let access: Access
    /// Whole pages.
    let bytes: UnsafeMutableRawBufferPointer

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
        let page = Int(getpagesize())
        let size = (count * stride + page - 1) / page * page
        let protection = access == .readWrite ? PROT_READ | PROT_WRITE : PROT_READ
        let address = mmap(nil, size, protection, MAP_SHARED, map.descriptor.rawValue, 0)
        guard let address, address != MAP_FAILED else {
            let number = Errno(rawValue: errno)
            throw .system(
                "map array", subject, number,
                reason: number == .notPermitted ? "the array is frozen" : nil)
        }
        self.count = count
        self.stride = stride
        self.valueSize = map.info.valueSize
        self.access = access
        bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    deinit {
        munmap(bytes.baseAddress, bytes.count)
    }

    /// Lends the memory of all elements: element `i` begins at `i * stride`.
    ///
    /// - Parameter body: Must not keep the pointer, nor write through it if the mapping is
    ///   read-only.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * stride)]))
    }

    /// Lends the memory of one element, `valueSize` bytes aligned to 8. Traps outside of `0..<count`.
    ///
    /// - Parameters:
    ///   - index: In `0..<count`.
    ///   - body: Must not keep the pointer, nor write through it if the mapping is read-only.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    public borrowing func withUnsafeElement<Result: ~Copyable, Failure: Error>(
        at index: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(
            UnsafeMutableRawBufferPointer(rebasing: bytes[offset(of: index)...].prefix(valueSize)))
    }

    /// Where an element begins.
    borrowing func offset(of index: Int) -> Int {
        precondition((0..<count).contains(index), "index \(index) is outside 0..<\(count)")
        return index * stride
    }
}
