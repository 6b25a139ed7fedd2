internal import CBPFShims
internal import CLibbpf
internal import Glibc

extension OpenObject {
    /// The object's own type information; `nil` if it carries none.
    public var types: BTF? {
        guard let raw = bpf_object__btf(handle.raw) else { return nil }
        var size: UInt32 = 0
        guard let bytes = btf__raw_data(raw, &size) else { return nil }
        // SAFETY: libbpf owns `size` bytes there as long as the object lives; they are copied.
        let image = Array(UnsafeRawBufferPointer(start: bytes, count: Int(size)))
        return try? BTF(image: image, name: name)
    }

    /// The global variables of the object, sorted: what ``setGlobal(_:to:)`` takes.
    public var globalNames: [String] {
        guard let types else { return [] }
        var names: [String] = []
        for id in types.ids {
            guard case .section(let section, let variables) = types.type(id),
                section.hasPrefix(".rodata") || section.hasPrefix(".data")
                    || section.hasPrefix(".bss")
            else { continue }
            names += variables.map { types.name(of: $0.variable) }
        }
        return names.sorted()
    }

    /// Writes the first value of a global variable as a person wrote it, by the variable's type.
    ///
    /// - Parameters:
    ///   - name: The variable's name in C.
    ///   - literal: The value.
    /// - Throws: ``BPFError`` with `.notFound`, or with `.layout` if the type does not take the value.
    public mutating func setGlobal(
        _ name: String, toLiteral literal: BTFLiteral
    ) throws(BPFError) {
        var global = bpf_shim_global()
        guard let types, bpf_shim_find_global(handle.raw, name, &global) == 0,
            let id = types.find(name, .variable), let address = global.address
        else {
            let known = globalNames.joined(separator: ", ")
            throw BPFError(
                .notFound, "set variable", name, "object '\(self.name)' has no such global",
                hint: known.isEmpty ? nil : "it has \(known)")
        }
        let bytes = try types.encode(literal, as: id, for: name)
        guard bytes.count == global.size else {
            throw BPFError(.layout, "set variable", name, "its size and its type disagree")
        }
        // SAFETY: the shim has checked that `size` bytes at `address` lie within the section.
        UnsafeMutableRawBufferPointer(start: address, count: global.size).copyBytes(from: bytes)
    }

    /// Maps that the object asks to have pinned by name (`LIBBPF_PIN_BY_NAME`). They are pinned
    /// nowhere by ``load()``; who loads the object says where.
    public mutating func takePinnedMaps() -> [String] {
        var names: [String] = []
        for name in mapNames {
            guard let map = bpf_object__find_map_by_name(handle.raw, name),
                bpf_map__pin_path(map) != nil
            else { continue }
            bpf_map__set_pin_path(map, nil)
            names.append(name)
        }
        return names
    }

    /// The maps whose elements are programs, which have to be loaded with them.
    public var programArrays: [String] {
        mapNames.filter { name in
            bpf_object__find_map_by_name(handle.raw, name).map {
                bpf_map__type($0).rawValue == MapType.programArray.rawValue
            } ?? false
        }
    }
}
