internal import SystemPackage

/// Interfaces that XDP programs redirect to, by index: `BPF_MAP_TYPE_DEVMAP`, since Linux 4.14.
///
/// An entry is of the interface, whatever it is renamed to; the kernel empties it when the interface
/// is removed or moved to another network namespace.
public struct DeviceMap: MapView, ~Copyable, Sendable {
    /// The map below.
    public let map: Map

    /// Takes over a device map.
    ///
    /// - Parameter map: The map.
    /// - Throws: ``BPFError`` with `.wrongType`, or with `.layout` if its values are more than an
    ///   interface index.
    public init(_ map: consuming Map) throws(BPFError) {
        try map.info.require(type: [.deviceMap], subject: map.subject)
        guard map.info.valueSize == MemoryLayout<UInt32>.size else {
            throw BPFError(
                .layout, "open device map", map.subject,
                "its values have \(map.info.valueSize) bytes, an interface index has 4")
        }
        self.map = map
    }

    /// How many interfaces it can hold.
    public var count: UInt32 { map.info.maxEntries }

    /// Stores an interface of the calling thread's network namespace.
    ///
    /// - Parameters:
    ///   - index: In `0..<count`, in host byte order.
    ///   - interface: The interface's index.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`: `EINVAL` when there is no such
    ///   interface.
    public borrowing func set(_ index: UInt32, interface: UInt32) throws(BPFError) {
        try map.require(index: index, "write device map")
        do {
            try map.update(index, interface)
        } catch {
            guard error.errno == .invalidArgument else { throw error }
            throw .system(
                "write device map", map.subject, .invalidArgument,
                reason: "no interface has index \(interface) in this network namespace")
        }
    }

    /// The interface at an index.
    ///
    /// - Parameter index: In `0..<count`, in host byte order.
    /// - Returns: The interface's index; nil for an empty element.
    /// - Throws: ``BPFError`` with `.outOfRange`, or with `.system`.
    public borrowing func interface(at index: UInt32) throws(BPFError) -> UInt32? {
        try map.require(index: index, "read device map")
        return try map.lookup(index)
    }
}
