internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// An array with one value for each CPU: `BPF_MAP_TYPE_PERCPU_ARRAY`, since Linux 4.6.
public struct PerCPUArray<Value: BitwiseCopyable>: MapView, ~Copyable, Sendable {
    /// The map below.
    public let map: Map
    private let cpus: Int

    /// Takes over a per-CPU array whose values have the size of `Value`.
    ///
    /// - Parameter map: The map.
    /// - Throws: ``BPFError`` with `.wrongType` or `.layout`.
    public init(_ map: consuming Map) throws(BPFError) {
        try map.info.require(type: [.perCPUArray], subject: map.subject)
        try map.info.require(value: Value.self, subject: map.subject)
        cpus = try possibleCPUCount()
        self.map = map
    }

    /// How many elements there are.
    public var count: UInt32 { map.info.maxEntries }

    /// The kernel's distance between the values of two CPUs, in bytes.
    private var stride: Int { (MemoryLayout<Value>.size + 7) & ~7 }

    /// Reads the value at `index` on every possible CPU.
    ///
    /// The read is not atomic across CPUs: a counter summed from the result may lag by the packets
    /// in flight, never by more.
    ///
    /// The corresponding system call is `bpf(BPF_MAP_LOOKUP_ELEM)`.
    ///
    /// - Parameter index: The element to read, in `0..<count`, in host byte order.
    /// - Returns: One value per possible CPU, in CPU order; fields keep the map's byte order.
    /// - Throws: ``BPFError`` with `.outOfRange` if `index >= count`, or with `.system`.
    /// - Complexity: O(possible CPUs); one system call.
    public borrowing func values(at index: UInt32) throws(BPFError) -> [Value] {
        try map.require(index: index, "read array")
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: cpus * stride, alignment: 8)
        defer { buffer.deallocate() }
        let result = withUnsafePointer(to: index) {
            bpf_map_lookup_elem(map.descriptor.rawValue, $0, buffer.baseAddress)
        }
        try check(result, "read array", map.subject)
        // SAFETY: the kernel has written a value every `stride` bytes, for each possible CPU.
        return (0..<cpus).map {
            buffer.loadUnaligned(fromByteOffset: $0 * stride, as: Value.self)
        }
    }

    /// Writes the value at `index` on every possible CPU.
    ///
    /// - Parameters:
    ///   - index: The element to write, in `0..<count`, in host byte order.
    ///   - values: One value per possible CPU, in CPU order.
    /// - Throws: ``BPFError`` with `.outOfRange` for a wrong index or number of values, or with
    ///   `.system`.
    public borrowing func update(at index: UInt32, _ values: [Value]) throws(BPFError) {
        try map.require(index: index, "write array")
        guard values.count == cpus else {
            throw BPFError(
                .outOfRange, "write array", map.subject,
                "\(values.count) values are given for \(cpus) possible CPUs")
        }
        var bytes = [UInt8](repeating: 0, count: cpus * stride)
        bytes.withUnsafeMutableBytes { bytes in
            for (cpu, value) in values.enumerated() {
                bytes.storeBytes(of: value, toByteOffset: cpu * stride, as: Value.self)
            }
        }
        let result = withUnsafePointer(to: index) {
            bpf_map_update_elem(map.descriptor.rawValue, $0, bytes, 0)
        }
        guard result == 0 else {
            throw map.updateFailure(Errno(rawValue: -result))
        }
    }
}
