internal import CLibbpf
public import LinuxSystem

extension OpenObject {
    /// Sets how many elements a map holds.
    ///
    /// - Parameters:
    ///   - map: The map's name in C.
    ///   - count: The capacity, over 0.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setMaxEntries(map: String, _ count: UInt32) throws(BPFError) {
        let raw = try handle.map(map, for: "configure map")
        try check(bpf_map__set_max_entries(raw, count), "configure map", map)
    }

    /// Sets the size of a map's values.
    ///
    /// - Parameters:
    ///   - map: The map's name in C.
    ///   - bytes: The size that programs see; the kernel's own stride may be larger.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setValueSize(map: String, bytes: UInt32) throws(BPFError) {
        let raw = try handle.map(map, for: "configure map")
        try check(bpf_map__set_value_size(raw, bytes), "configure map", map)
    }

    /// Replaces the flags of a map.
    ///
    /// - Parameters:
    ///   - map: The map's name in C.
    ///   - flags: All of its flags; those of the C source are forgotten.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setFlags(map: String, _ flags: MapFlags) throws(BPFError) {
        let raw = try handle.map(map, for: "configure map")
        try check(bpf_map__set_map_flags(raw, flags.rawValue), "configure map", map)
    }

    /// Chooses whether ``load()`` creates one map. A program that uses a map that does not exist
    /// is refused, unless the verifier prunes that use.
    ///
    /// - Parameters:
    ///   - map: The map's name in C.
    ///   - autocreate: Whether to create it; by default all maps are.
    /// - Throws: ``BPFError`` with `.notFound`.
    public mutating func setAutocreate(map: String, _ autocreate: Bool) throws(BPFError) {
        let raw = try handle.map(map, for: "configure map")
        try check(bpf_map__set_autocreate(raw, autocreate), "configure map", map)
    }

    /// Creates these maps and the data sections, and no other map.
    ///
    /// - Parameter maps: Names in C.
    /// - Throws: ``BPFError`` with `.notFound` if one is missing; nothing is changed then.
    public mutating func createOnly(maps: [String]) throws(BPFError) {
        for name in maps {
            _ = try handle.map(name, for: "configure map")
        }
        for name in mapNames {
            try setAutocreate(map: name, maps.contains(name))
        }
    }

    /// Uses a map that exists in place of one that ``load()`` would create.
    ///
    /// - Parameters:
    ///   - map: The map's name in C.
    ///   - descriptor: A map of the same type, key size and value size; its capacity and flags
    ///     win over the object's.
    /// - Throws: ``BPFError`` with `.notFound`, with `.wrongType` or `.layout` if the map differs,
    ///   or with `.system`.
    public mutating func reuse(
        map: String, _ descriptor: borrowing OwnedDescriptor
    ) throws(BPFError) {
        let raw = try handle.map(map, for: "reuse map")
        let info = try MapInfo(descriptor, subject: map)
        try info.require(
            type: [MapType(rawValue: bpf_map__type(raw).rawValue)], attempt: "reuse map",
            subject: map)
        let key = Int(bpf_map__key_size(raw))
        let value = Int(bpf_map__value_size(raw))
        guard info.keySize == key, info.valueSize == value else {
            throw BPFError(
                .layout, "reuse map", map,
                "map \(info.id) has keys of \(info.keySize) and values of \(info.valueSize) bytes,"
                    + " the object needs \(key) and \(value)")
        }
        try check(bpf_map__reuse_fd(raw, descriptor.rawValue), "reuse map", map)
    }
}
