/// A value as a person writes it, before its type is known.
public indirect enum BTFLiteral: Hashable, Sendable {
    /// A number, a name, an address, a text.
    case word(String)
    /// The elements of an array.
    case list([BTFLiteral])
    /// The members of a structure by name; those that are left out are zero.
    case fields([String: BTFLiteral])
}

extension BTF {
    /// Encodes a value, as ``decode(_:as:)`` would show it.
    ///
    /// - Parameters:
    ///   - literal: The value. Numbers are decimal, or hexadecimal behind `0x`; an array of characters
    ///     takes a text.
    ///   - id: Its type.
    ///   - subject: What errors call it.
    /// - Returns: As many bytes as a value of the type has.
    /// - Throws: ``BPFError`` with `.layout` that says what the type takes.
    public func encode(
        _ literal: BTFLiteral, as id: UInt32, for subject: String
    ) throws(BPFError) -> [UInt8] {
        guard let size = size(of: id), size <= 1 << 24 else {
            throw BPFError(.layout, "set", subject, "its type has no size")
        }
        var encoder = BTFEncoder(types: self, bytes: [UInt8](repeating: 0, count: size))
        try encoder.encode(literal, id, at: 0, subject)
        return encoder.bytes
    }
}

/// Encodes one value, at its place among others.
private struct BTFEncoder {
    let types: BTF
    var bytes: [UInt8]

    mutating func encode(
        _ literal: BTFLiteral, _ id: UInt32, at offset: Int, _ subject: String
    ) throws(BPFError) {
        // A map's subject is in words, `value of counts (id 7)`, and no member's name.
        let last = subject.split(separator: ".").last.map(String.init) ?? subject
        let name = last.contains(" ") ? "" : last
        if case .word(let text) = literal, let known = KnownType(id, in: types, member: name) {
            guard let encoded = known.encode(text) else { throw refusal(literal, id, subject) }
            return try put(encoded, at: offset, subject)
        }
        guard let real = types.underlying(id), let type = types.type(real) else {
            throw refusal(literal, id, subject)
        }
        switch (type, literal) {
        case (.integer(let integer), .word(let text)):
            guard let bits = Self.bits(text, integer) else { throw refusal(literal, id, subject) }
            try put(bits, size: integer.bytes, at: offset, subject)
        case (.enumeration(let enumeration), .word(let text)):
            guard let bits = Self.bits(text, enumeration) else {
                throw refusal(literal, id, subject, enumeration)
            }
            try put(bits, size: enumeration.bytes, at: offset, subject)
        case (.pointer, .word(let text)):
            guard let bits = UInt64(number: text) else { throw refusal(literal, id, subject) }
            try put(bits, size: 8, at: offset, subject)
        case (.float(_, 8), .word(let text)):
            guard let value = Double(text) else { throw refusal(literal, id, subject) }
            try put(value.bitPattern, size: 8, at: offset, subject)
        case (.float(_, 4), .word(let text)):
            guard let value = Float(text) else { throw refusal(literal, id, subject) }
            try put(UInt64(value.bitPattern), size: 4, at: offset, subject)
        case (.array(let element, let count), _):
            try encodeArray(literal, element, Int(count), at: offset, subject, id)
        case (.composite(let composite), .fields(let fields)):
            try encodeFields(fields, composite, at: offset, subject)
        case (.variable(_, let type), _):
            try encode(literal, type, at: offset, subject)
        case (.section(_, let variables), .fields(let fields)):
            try encodeVariables(fields, variables, at: offset, subject)
        default:
            throw refusal(literal, id, subject)
        }
    }

    private mutating func encodeArray(
        _ literal: BTFLiteral, _ element: UInt32, _ count: Int, at offset: Int, _ subject: String,
        _ id: UInt32
    ) throws(BPFError) {
        guard let size = types.size(of: element) else { throw refusal(literal, id, subject) }
        switch literal {
        case .list(let elements) where elements.count <= count:
            for (index, value) in elements.enumerated() {
                try encode(value, element, at: offset + index * size, "\(subject)[\(index)]")
            }
        case .word(let text) where size == 1 && text.utf8.count <= count:
            try put(Array(text.utf8), at: offset, subject)
        default:
            throw refusal(literal, id, subject)
        }
    }

    private mutating func encodeFields(
        _ fields: [String: BTFLiteral], _ composite: BTFComposite, at offset: Int, _ subject: String
    ) throws(BPFError) {
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            guard let (member, bitOffset) = types.member(name, of: composite) else {
                let names = types.memberNames(of: composite).joined(separator: ", ")
                throw BPFError(
                    .layout, "set", "\(subject).\(name)", "there is no such member",
                    hint: "it has \(names)")
            }
            let path = "\(subject).\(name)"
            if let width = member.bitFieldSize {
                try encodeBitField(value, member, width, at: offset * 8 + bitOffset, path)
            } else {
                try encode(value, member.type, at: offset + bitOffset / 8, path)
            }
        }
    }

    private mutating func encodeBitField(
        _ literal: BTFLiteral, _ member: BTFComposite.Member, _ width: Int, at bit: Int,
        _ subject: String
    ) throws(BPFError) {
        guard case .word(let text) = literal, let value = UInt64(number: text),
            width == 64 || value >> UInt64(width) == 0
        else {
            throw BPFError(
                .layout, "set", subject, "it takes a number of \(width) bits")
        }
        guard bit + width <= bytes.count * 8 else { throw Self.damaged(subject) }
        for index in 0..<width {
            #if _endian(little)
                let (set, mask) = (value >> UInt64(index) & 1, UInt8(1) << UInt8((bit + index) % 8))
            #else
                let set = value >> UInt64(width - 1 - index) & 1
                let mask = UInt8(1) << UInt8(7 - (bit + index) % 8)
            #endif
            if set == 1 { bytes[(bit + index) / 8] |= mask }
        }
    }

    private mutating func encodeVariables(
        _ fields: [String: BTFLiteral], _ variables: [BTFSectionVariable], at offset: Int,
        _ subject: String
    ) throws(BPFError) {
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            guard let variable = variables.first(where: { types.name(of: $0.variable) == name })
            else {
                throw BPFError(.layout, "set", "\(subject).\(name)", "there is no such variable")
            }
            try encode(value, variable.variable, at: offset + variable.offset, "\(subject).\(name)")
        }
    }

    private mutating func put(
        _ encoded: [UInt8], at offset: Int, _ subject: String
    ) throws(BPFError) {
        guard offset + encoded.count <= bytes.count else { throw Self.damaged(subject) }
        bytes.replaceSubrange(offset..<offset + encoded.count, with: encoded)
    }

    private mutating func put(
        _ bits: UInt64, size: Int, at offset: Int, _ subject: String
    ) throws(BPFError) {
        guard (1...8).contains(size) else { throw Self.damaged(subject) }
        let little = (0..<size).map { UInt8(truncatingIfNeeded: bits >> UInt64($0 * 8)) }
        #if _endian(little)
            try put(little, at: offset, subject)
        #else
            try put(little.reversed(), at: offset, subject)
        #endif
    }

    /// The bits of a number that fits, or of a boolean.
    private static func bits(_ text: String, _ integer: BTFInteger) -> UInt64? {
        if integer.isBoolean { return ["true": 1, "false": 0, "1": 1, "0": 0][text] }
        guard (1...8).contains(integer.bytes) else { return nil }
        let width = UInt64(integer.bytes * 8)
        if integer.isSigned {
            guard let value = Int64(number: text),
                width == 64 || value >> Int64(width - 1) == 0
                    || value >> Int64(width - 1) == -1
            else { return nil }
            return UInt64(bitPattern: value)
        }
        guard let value = UInt64(number: text), width == 64 || value >> width == 0 else {
            return nil
        }
        return value
    }

    private static func bits(_ text: String, _ enumeration: BTFEnumeration) -> UInt64? {
        if let named = enumeration.values.first(where: { $0.name == text }) {
            return UInt64(bitPattern: named.value)
        }
        return Int64(number: text).map(UInt64.init(bitPattern:))
    }

    /// Of a type whose parts are not inside it.
    private static func damaged(_ subject: String) -> BPFError {
        BPFError(.layout, "set", subject, "its type is damaged")
    }

    private func refusal(
        _ literal: BTFLiteral, _ id: UInt32, _ subject: String, _ enumeration: BTFEnumeration? = nil
    ) -> BPFError {
        let given =
            switch literal {
            case .word(let text): "'\(text)'"
            case .list: "a list"
            case .fields: "an object"
            }
        let names = enumeration?.values.prefix(20).map(\.name).joined(separator: ", ")
        return BPFError(
            .layout, "set", subject,
            "its type is '\(types.declaration(of: id))', which does not take \(given)",
            hint: names.map { "it takes \($0)" })
    }
}

extension Int64 {
    /// A number as people write it, with a sign or without.
    fileprivate init?(number text: String) {
        if text.hasPrefix("-") {
            guard let value = UInt64(number: String(text.dropFirst())), value <= 1 << 63 else {
                return nil
            }
            self = Int64(truncatingIfNeeded: 0 &- value)
        } else {
            guard let value = UInt64(number: text), value <= Int64.max else { return nil }
            self = Int64(value)
        }
    }
}

extension BTF {
    /// Finds a member, those of anonymous structures included, with its place in the outer one.
    fileprivate func member(
        _ name: String, of composite: BTFComposite, depth: Int = 0
    ) -> (BTFComposite.Member, bitOffset: Int)? {
        for member in composite.members {
            if member.name == name { return (member, member.bitOffset) }
            guard member.name.isEmpty, depth < 16, let real = underlying(member.type),
                case .composite(let inner) = type(real),
                let (found, offset) = self.member(name, of: inner, depth: depth + 1)
            else { continue }
            return (found, member.bitOffset + offset)
        }
        return nil
    }

    fileprivate func memberNames(of composite: BTFComposite) -> [String] {
        composite.members.flatMap { member in
            guard member.name.isEmpty, let real = underlying(member.type),
                case .composite(let inner) = type(real)
            else { return [member.name] }
            return inner.members.map(\.name)
        }
    }
}
