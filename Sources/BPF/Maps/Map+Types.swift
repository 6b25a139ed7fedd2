internal import CLibbpf
internal import SystemPackage

/// What the keys and values of a map are.
public struct MapTypes: Sendable {
    /// Where the ids are to be looked up.
    public let types: BTF
    /// The type of keys; 0 where there is none, of a data section's array for example.
    public let key: UInt32
    /// The type of values.
    public let value: UInt32
}

extension Map {
    /// The types of keys and values, if the map was created with them. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Returns: The types; `nil` for a map without.
    /// - Throws: ``BPFError`` with `.system` or `.object`.
    public borrowing func types() throws(BPFError) -> MapTypes? {
        var info = bpf_map_info()
        try kernelInfo(descriptor, into: &info, "inspect map", subject)
        guard info.btf_id != 0, info.btf_value_type_id != 0 else { return nil }
        return MapTypes(
            types: try BTF(id: info.btf_id), key: info.btf_key_type_id,
            value: info.btf_value_type_id)
    }
}
