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
                for literal in literals(of: types, id) {
                    let encoded = try? types.encode(literal, as: id, for: "value")
                    require(encoded.map { $0.count == size } ?? true, "a value has its size")
                }
            }
        }
    }

    /// What somebody might give for a value of a type.
    private static func literals(of types: BTF, _ id: UInt32) -> [BTFLiteral] {
        let word = BTFLiteral.word("1")
        guard case .composite(let composite) = types.underlying(id).flatMap(types.type) else {
            return [word, .word("-1"), .list([word, word])]
        }
        return composite.members.prefix(50).flatMap { member in
            [word, .list([word]), .fields(["a": word])].map { .fields([member.name: $0]) }
        }
    }
}
