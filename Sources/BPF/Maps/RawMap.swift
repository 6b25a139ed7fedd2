internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// A map as bytes, for whoever learns what they mean at run time, from ``Map/types()`` for example.
///
/// Maps of any type can be looked at; what a type cannot do, its errors say.
public struct RawMap: MapView, ~Copyable, Sendable {
    /// The map below.
    public let map: Map
    /// How many values an element has: one for each possible CPU in a per-CPU map, else 1.
    public let valuesPerElement: Int

    /// Takes over a map of any type.
    ///
    /// - Parameter map: The map.
    /// - Throws: ``BPFError`` with `.system`.
    public init(_ map: consuming Map) throws(BPFError) {
        valuesPerElement = map.info.type.isPerCPU ? try possibleCPUCount() : 1
        self.map = map
    }

    /// The kernel's distance between two values of an element, in bytes.
    private var stride: Int {
        valuesPerElement > 1 || map.info.type.isPerCPU
            ? (map.info.valueSize + 7) & ~7 : map.info.valueSize
    }

    /// Reads the values of an element.
    ///
    /// - Parameter key: As many bytes as a key has; none for a queue, of which the next is looked at.
    /// - Returns: The bytes of each value, in CPU order; `nil` if there is no such element.
    /// - Throws: ``BPFError`` with `.layout` for a key of another size, or with `.system`.
    public borrowing func values(for key: [UInt8]) throws(BPFError) -> [[UInt8]]? {
        try require(key)
        var bytes = [UInt8](repeating: 0, count: max(8, stride * valuesPerElement))
        let result = bpf_map_lookup_elem(map.descriptor.rawValue, key.isEmpty ? nil : key, &bytes)
        switch Errno(rawValue: -result) {
        case _ where result == 0:
            return (0..<valuesPerElement).map {
                Array(bytes[$0 * stride..<$0 * stride + map.info.valueSize])
            }
        case .noSuchFileOrDirectory:
            return nil
        case .argListTooLong where map.info.type.isArray:
            return nil  // An index beyond the end.
        case .kernelNotSupported, .notSupportedOnSocket, .notSupported:
            throw .system(
                "look up in map", map.subject, Errno(rawValue: -result),
                reason: "elements of a map of type \(map.info.type) cannot be read")
        case let errno:
            throw .system("look up in map", map.subject, errno)
        }
    }

    /// Creates or replaces an element.
    ///
    /// - Parameters:
    ///   - key: As many bytes as a key has.
    ///   - values: A value for each CPU of a per-CPU map, else one.
    ///   - mode: Whether the element may exist already, or must.
    /// - Throws: ``BPFError`` with `.layout` for a size that is not the map's, with `.full`, with
    ///   `.notFound`, or with `.system`.
    public borrowing func update(
        _ key: [UInt8], _ values: [[UInt8]], _ mode: UpdateMode = .any
    ) throws(BPFError) {
        try require(key)
        guard values.count == valuesPerElement,
            values.allSatisfy({ $0.count == map.info.valueSize })
        else {
            throw BPFError(
                .layout, "update map", map.subject,
                "it takes \(valuesPerElement) values of \(map.info.valueSize) bytes")
        }
        var bytes = [UInt8](repeating: 0, count: max(8, stride * valuesPerElement))
        for (index, value) in values.enumerated() {
            bytes.replaceSubrange(index * stride..<index * stride + value.count, with: value)
        }
        let result = bpf_map_update_elem(
            map.descriptor.rawValue, key.isEmpty ? nil : key, bytes, mode.rawValue)
        guard result == 0 else {
            let errno = Errno(rawValue: -result)
            guard errno != .argListTooLong || !map.info.type.isArray else {
                throw BPFError(
                    .outOfRange, "update map", map.subject,
                    "the index is outside 0..<\(map.info.maxEntries)", errno: errno)
            }
            throw map.updateFailure(errno)
        }
    }

    /// Deletes an element.
    ///
    /// - Parameter key: As many bytes as a key has.
    /// - Returns: Whether there was such an element.
    /// - Throws: ``BPFError`` with `.layout`, or with `.system`: `EINVAL` for arrays, whose elements
    ///   always exist.
    @discardableResult
    public borrowing func delete(_ key: [UInt8]) throws(BPFError) -> Bool {
        try require(key)
        let result = bpf_map_delete_elem(map.descriptor.rawValue, key)
        switch Errno(rawValue: -result) {
        case _ where result == 0: return true
        case .noSuchFileOrDirectory: return false
        case .invalidArgument where map.info.type.isArray:
            throw .system(
                "delete from map", map.subject, .invalidArgument,
                reason: "elements of an array always exist", hint: "set one to zero instead")
        case let errno: throw map.writeFailure("delete from map", errno)
        }
    }

    /// Calls `body` with every key, in the map's own order.
    ///
    /// Elements that come or go meanwhile may be missed or seen twice; the walk ends in any case.
    ///
    /// - Parameter body: Takes a key.
    /// - Throws: ``BPFError`` with `.system`, or what `body` throws.
    public borrowing func forEachKey(_ body: ([UInt8]) throws -> Void) throws {
        var key: [UInt8]?
        // A key that is deleted while the walk is at it sends the walk back to the beginning.
        var left = UInt64(map.info.maxEntries) * 2 + 1024
        while left > 0, let next = try self.key(after: key) {
            try body(next)
            key = next
            left -= 1
        }
    }

    private borrowing func key(after key: [UInt8]?) throws(BPFError) -> [UInt8]? {
        var next = [UInt8](repeating: 0, count: map.info.keySize)
        let result = bpf_map_get_next_key(map.descriptor.rawValue, key, &next)
        switch Errno(rawValue: -result) {
        case _ where result == 0: return next
        case .noSuchFileOrDirectory: return nil
        case .kernelNotSupported, .notSupportedOnSocket, .notSupported, .invalidArgument:
            throw .system(
                "walk map", map.subject, Errno(rawValue: -result),
                reason: "a map of type \(map.info.type) has no keys to walk")
        case let errno: throw .system("walk map", map.subject, errno)
        }
    }

    private borrowing func require(_ key: [UInt8]) throws(BPFError) {
        guard key.count == map.info.keySize else {
            throw BPFError(
                .layout, "use map", map.subject,
                "its keys have \(map.info.keySize) bytes, the given one has \(key.count)")
        }
    }
}

extension MapType {
    /// Whether an element has a value for each possible CPU.
    public var isPerCPU: Bool {
        // PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH, PERCPU_CGROUP_STORAGE
        [5, 6, 10, 21].contains(rawValue)
    }

    /// Whether keys are indices and all elements exist always.
    public var isArray: Bool {
        [.array, .programArray, .perfEventArray, .perCPUArray, .arrayOfMaps].contains(self)
    }

    /// Whether keys are indices, elements coming and going or not.
    public var hasIndices: Bool {
        isArray || [.deviceMap, .cpuMap, .xdpSocketMap].contains(self)
    }

    /// Whether values are maps, which are told by their ids and taken by descriptors.
    public var holdsMaps: Bool { self == .arrayOfMaps || self == .hashOfMaps }
}
