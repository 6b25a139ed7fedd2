internal import CLibbpf
internal import LinuxSystem

/// What the kernel tells about a map: `struct bpf_map_info`. Constant as long as the map lives.
public struct MapInfo: Hashable, Sendable {
    /// The kernel's number, unique until the map is gone.
    public let id: UInt32
    /// The type.
    public let type: MapType
    /// The first 15 bytes of its name.
    public let name: String
    /// The size of a key, in bytes.
    public let keySize: Int
    /// The size of a value as programs see it, in bytes.
    public let valueSize: Int
    /// The capacity, in elements.
    public let maxEntries: UInt32
    /// How it was created.
    public let flags: MapFlags

    init(
        _ descriptor: borrowing OwnedDescriptor, subject: String
    ) throws(BPFError) {
        var info = bpf_map_info()
        try kernelInfo(descriptor, into: &info, "inspect map", subject)
        id = info.id
        type = MapType(rawValue: info.type)
        name = kernelName(info.name)
        keySize = Int(info.key_size)
        valueSize = Int(info.value_size)
        maxEntries = info.max_entries
        flags = MapFlags(rawValue: info.map_flags)
    }

    /// Throws unless the map is of the type.
    func require(
        type expected: [MapType], attempt: String = "open map", subject: String
    ) throws(BPFError) {
        guard expected.contains(type) else {
            throw BPFError(
                .wrongType, attempt, subject,
                "it is of type \(type), not \(expected.map(\.description).joined(separator: " or "))"
            )
        }
    }

    /// Throws unless elements of `Value` lie in memory as the kernel's values do.
    func require<Value>(value: Value.Type, subject: String) throws(BPFError) {
        try require("values", valueSize, value, subject)
    }

    /// Throws unless elements of `Key` lie in memory as the kernel's keys do.
    func require<Key>(key: Key.Type, subject: String) throws(BPFError) {
        try require("keys", keySize, key, subject)
    }

    private func require<T>(
        _ what: String, _ size: Int, _ type: T.Type, _ subject: String
    ) throws(BPFError) {
        // Size and stride: a batch is an array, and padding at the end would be garbage in a key.
        guard MemoryLayout<T>.size == size, MemoryLayout<T>.stride == size else {
            throw BPFError(
                .layout, "open map", subject,
                "its \(what) have \(size) bytes, \(type) has \(MemoryLayout<T>.size)"
                    + (MemoryLayout<T>.stride == MemoryLayout<T>.size
                        ? "" : " and a stride of \(MemoryLayout<T>.stride)"))
        }
    }
}
