internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// An array whose elements are maps: `BPF_MAP_TYPE_ARRAY_OF_MAPS`, since Linux 4.12.
///
/// Programs find a map in it by index. An element keeps its map in the kernel; a change waits until
/// no program uses the old one any more.
public struct MapArray: MapView, ~Copyable, Sendable {
    /// The map below.
    public let map: Map

    /// Takes over an array of maps.
    ///
    /// - Parameter map: The map.
    /// - Throws: ``BPFError`` with `.wrongType`.
    public init(_ map: consuming Map) throws(BPFError) {
        try map.info.require(type: [.arrayOfMaps], subject: map.subject)
        self.map = map
    }

    /// Creates an array of no maps.
    ///
    /// - Parameters:
    ///   - name: At most 15 bytes of letters, digits, `_` and `.`.
    ///   - count: The capacity, in elements.
    ///   - template: A map of the type, key and value size that elements have to have.
    /// - Returns: The array.
    /// - Throws: ``BPFError`` with `.system`.
    public static func create(
        name: String, count: UInt32, of template: borrowing Map
    ) throws(BPFError) -> MapArray {
        var options = bpf_map_create_opts()
        options.sz = MemoryLayout<bpf_map_create_opts>.size
        options.inner_map_fd = UInt32(bitPattern: template.descriptor.rawValue)
        let result = bpf_map_create(
            bpf_map_type(rawValue: MapType.arrayOfMaps.rawValue), name, 4, 4, count, &options)
        try check(result, "create map", name)
        return try MapArray(Map(descriptor: OwnedDescriptor(owning: result), subject: name))
    }

    /// How many maps it can hold.
    public var count: UInt32 { map.info.maxEntries }

    /// Puts a map in.
    ///
    /// - Parameters:
    ///   - index: In `0..<count`, in host byte order.
    ///   - element: A map like the template.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`: `EINVAL` for a map of another
    ///   kind.
    public borrowing func set(_ index: UInt32, _ element: borrowing Map) throws(BPFError) {
        try map.require(index: index, "write array of maps")
        try map.update(index, element.descriptor.rawValue)
    }

    /// Empties an element: programs find no map there.
    ///
    /// - Parameter index: In `0..<count`, in host byte order.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`.
    public borrowing func clear(_ index: UInt32) throws(BPFError) {
        try map.require(index: index, "clear array of maps")
        try map.delete(index)
    }

    /// The map at an index.
    ///
    /// - Parameter index: In `0..<count`, in host byte order.
    /// - Returns: The map's id; `nil` for an empty element.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`.
    public borrowing func mapID(at index: UInt32) throws(BPFError) -> UInt32? {
        try map.require(index: index, "read array of maps")
        return try map.lookup(index)
    }
}
