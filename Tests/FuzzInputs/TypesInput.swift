import BPF

extension FuzzInput {
    /// Type information, as in the objects that users bring. Every type has a name, a declaration and a
    /// value, or is said to be damaged.
    static let types = FuzzInput(name: "types") { bytes in
        guard let types = try? BTF(image: bytes, name: "types") else { return }
        for id in types.ids.prefix(1_000) {
            _ = types.type(id)
            _ = types.name(of: id)
            _ = types.declaration(of: id, named: "value")
            if let size = types.size(of: id), size <= 4_096 {
                let value = types.decode([UInt8](repeating: 0xa5, count: size), as: id)
                _ = "\(value)"
            }
        }
    }
}
