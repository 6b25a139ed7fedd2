extension BTF {
    /// A type in C, as the declaration of something with this type.
    ///
    /// Anonymous structures are written `struct {…}`. Tags are written as the kernel's words:
    /// `struct sock __rcu *sk`.
    ///
    /// - Parameters:
    ///   - id: Any number. Of a function the prototype is written, with its name in place of `name`.
    ///   - name: What is declared; empty for the type alone.
    /// - Returns: `struct sk_buff *skb`, `int (*read)(struct file *, char *)`; `?` where a type is
    ///   missing, or there are too many.
    public func declaration(of id: UInt32, named name: String = "") -> String {
        var writer = DeclarationWriter(types: self)
        return writer.declare(id, name)
    }
}

/// Writes one declaration, from the name outwards.
private struct DeclarationWriter {
    let types: BTF
    /// How many types may still be visited: prototypes may contain each other, and many times.
    private var budget = 256

    init(types: BTF) {
        self.types = types
    }

    /// The declaration of `inner` with a type: a name, or a part of a declarator around it.
    mutating func declare(_ id: UInt32, _ inner: String) -> String {
        budget -= 1
        guard budget > 0, let type = types.type(id) else { return joined("?", inner) }
        switch type {
        case .void:
            return joined("void", inner)
        case .integer(let integer):
            return joined(integer.name, inner)
        case .float(let name, _), .typedef(let name, _):
            return joined(name, inner)
        case .composite(let composite):
            return joined(tagged(composite.isUnion ? "union" : "struct", composite.name), inner)
        case .forward(let name, let isUnion):
            return joined(tagged(isUnion ? "union" : "struct", name), inner)
        case .enumeration(let enumeration):
            return joined(tagged("enum", enumeration.name), inner)
        case .pointer(let target):
            return declare(target, bindsTighter(target) ? "(*\(inner))" : "*\(inner)")
        case .array(let element, let count):
            return declare(element, "\(inner)[\(count == 0 ? "" : String(count))]")
        case .modifier(let kind, let target):
            // What qualifies a pointer stands behind its star.
            return withoutModifiers(target) == .pointer
                ? declare(target, joined("\(kind)", inner))
                : "\(kind) \(declare(target, inner))"
        case .typeTag(let tag, let target):
            return declare(target, joined("__\(tag)", inner))
        case .prototype(let prototype):
            let parameters = parameters(prototype)
            return declare(prototype.returns, "\(inner)(\(parameters))")
        case .function(let name, let prototype):
            return declare(prototype, name)
        case .variable(let name, let target):
            return declare(target, name)
        case .section(let name, _):
            return name
        case .declarationTag(let tag, let target, _):
            return declare(target, joined("__\(tag)", inner))
        }
    }

    private mutating func parameters(_ prototype: BTFPrototype) -> String {
        var all: [String] = []
        for parameter in prototype.parameters {
            all.append(declare(parameter.type, parameter.name))
        }
        if prototype.isVariadic { all.append("...") }
        return all.isEmpty ? "void" : all.joined(separator: ", ")
    }

    private func joined(_ type: String, _ inner: String) -> String {
        let isSuffix = inner.hasPrefix("[") || inner.hasPrefix("(") && !inner.hasPrefix("(*")
        return inner.isEmpty || isSuffix ? type + inner : "\(type) \(inner)"
    }

    private func tagged(_ word: String, _ name: String) -> String {
        name.isEmpty ? "\(word) {…}" : "\(word) \(name)"
    }

    /// Whether a declarator with this type goes behind the name, so that a star needs brackets.
    private func bindsTighter(_ id: UInt32) -> Bool {
        switch withoutModifiers(id) {
        case .array, .prototype: true
        default: false
        }
    }

    private func withoutModifiers(_ id: UInt32) -> BTFKind? {
        var id = id
        for _ in 0..<BTF.depthMax {
            guard case .modifier(_, let target) = types.type(id) else { break }
            id = target
        }
        return types.kind(of: id)
    }
}
