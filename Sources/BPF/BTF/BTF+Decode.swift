extension BTF {
    /// Decodes a value.
    ///
    /// Structures by member, bit fields as their numbers, enumerations by name, arrays of characters
    /// as text. What the type says to be in network order (`__be16`, `__be32`, `struct in_addr`,
    /// `struct in6_addr`) is turned around, addresses are written as such, and so are six bytes that
    /// are called a hardware address. Anonymous members belong to the structure around them.
    ///
    /// - Parameters:
    ///   - bytes: The value as it lies in memory, in this machine's byte order.
    ///   - id: Its type; 0 for none.
    /// - Returns: The value; bytes beyond what the type describes are left out, and where the type is
    ///   damaged or the bytes too few, the bytes themselves are returned.
    public func decode(_ bytes: some Collection<UInt8>, as id: UInt32) -> BTFValue {
        var decoder = BTFDecoder(types: self)
        return decoder.decode(ArraySlice(bytes), id, named: "")
    }
}

/// Decodes one value.
private struct BTFDecoder {
    let types: BTF
    /// How many values may still be decoded: types may be damaged, or huge.
    private var budget = 1 << 20
    /// How deep the value is inside others: a damaged structure may contain itself.
    private var depth = 0

    init(types: BTF) { self.types = types }

    mutating func decode(_ bytes: ArraySlice<UInt8>, _ id: UInt32, named name: String) -> BTFValue {
        budget -= 1
        guard budget > 0, depth < BTF.depthMax else { return .bytes(Array(bytes)) }
        depth += 1
        defer { depth -= 1 }
        if let known = KnownType(id, in: types, member: name)?.decode(bytes) { return known }
        guard let real = types.underlying(id), let type = types.type(real) else {
            return .bytes(Array(bytes))
        }
        switch type {
        case .integer(let integer):
            return decode(bytes, integer)
        case .enumeration(let enumeration):
            guard let bits = bytes.bits(enumeration.bytes) else { break }
            return named(bits, enumeration)
        case .pointer:
            guard let bits = bytes.bits(min(8, bytes.count)) else { break }
            return .pointer(bits)
        case .float(_, let size):
            guard let bits = bytes.bits(size) else { break }
            if size == 8 { return .float(Double(bitPattern: bits)) }
            if size == 4 { return .float(Double(Float(bitPattern: UInt32(bits)))) }
        case .array(let element, let count):
            return decodeArray(bytes, element, Int(count), named: name)
        case .composite(let composite):
            return .structure(members(of: composite, bytes))
        case .section(_, let variables):
            return .structure(variables.map { variable($0, in: bytes) })
        case .variable(_, let type):
            return decode(bytes, type, named: name)
        default: break
        }
        return .bytes(Array(bytes))
    }

    private func decode(_ bytes: ArraySlice<UInt8>, _ integer: BTFInteger) -> BTFValue {
        guard integer.bytes <= 8, let bits = bytes.bits(integer.bytes) else {
            return .bytes(Array(bytes.prefix(integer.bytes)))
        }
        if integer.isBoolean && bits <= 1 { return .boolean(bits == 1) }
        return number(bits, width: integer.bytes * 8, isSigned: integer.isSigned)
    }

    private func number(_ bits: UInt64, width: Int, isSigned: Bool) -> BTFValue {
        guard isSigned else { return .unsigned(bits) }
        let shift = 64 - width
        return .integer(Int64(bitPattern: bits << shift) >> shift)
    }

    private func named(_ bits: UInt64, _ enumeration: BTFEnumeration) -> BTFValue {
        let width = enumeration.bytes * 8
        let shift = 64 - width
        let value =
            enumeration.isSigned
            ? Int64(bitPattern: bits << shift) >> shift : Int64(bitPattern: bits)
        return .enumerator(enumeration.values.first { $0.value == value }?.name, value)
    }

    private mutating func decodeArray(
        _ bytes: ArraySlice<UInt8>, _ element: UInt32, _ count: Int, named name: String
    ) -> BTFValue {
        guard let size = types.size(of: element), size > 0, count * size <= bytes.count else {
            return .bytes(Array(bytes))
        }
        if size == 1, let real = types.underlying(element),
            case .integer(let integer) = types.type(real),
            integer.isCharacter || integer.name == "char"
        {
            let text = bytes.prefix(count).prefix { $0 != 0 }
            if let text = String(validating: text, as: UTF8.self) { return .text(text) }
        }
        var values: [BTFValue] = []
        for index in 0..<count {
            let start = bytes.startIndex + index * size
            values.append(decode(bytes[start..<start + size], element, named: ""))
        }
        return .array(values)
    }

    private mutating func members(
        of composite: BTFComposite, _ bytes: ArraySlice<UInt8>
    ) -> [BTFValue.Member] {
        var members: [BTFValue.Member] = []
        for member in composite.members {
            let value = decode(member, in: bytes)
            if member.name.isEmpty, case .structure(let inner) = value {
                members += inner
            } else {
                members.append(.init(name: member.name, value: value))
            }
        }
        return members
    }

    private mutating func decode(
        _ member: BTFComposite.Member, in bytes: ArraySlice<UInt8>
    ) -> BTFValue {
        if let width = member.bitFieldSize {
            return bitField(member, width, in: bytes)
        }
        let start = bytes.startIndex + member.bitOffset / 8
        guard let size = types.size(of: member.type), member.bitOffset % 8 == 0,
            start + size <= bytes.endIndex
        else { return .bytes([]) }
        return decode(bytes[start..<start + size], member.type, named: member.name)
    }

    private func bitField(
        _ member: BTFComposite.Member, _ width: Int, in bytes: ArraySlice<UInt8>
    ) -> BTFValue {
        guard let real = types.underlying(member.type), let type = types.type(real), width <= 64,
            let bits = bytes.bitField(at: member.bitOffset, width)
        else { return .bytes([]) }
        switch type {
        case .enumeration(let enumeration): return named(bits, enumeration)
        case .integer(let integer) where integer.isBoolean: return .boolean(bits != 0)
        case .integer(let integer): return number(bits, width: width, isSigned: integer.isSigned)
        default: return .unsigned(bits)
        }
    }

    private mutating func variable(
        _ variable: BTFSectionVariable, in bytes: ArraySlice<UInt8>
    ) -> BTFValue.Member {
        let name = types.name(of: variable.variable)
        let start = bytes.startIndex + variable.offset
        guard start + variable.bytes <= bytes.endIndex else {
            return .init(name: name, value: .bytes([]))
        }
        let value = decode(bytes[start..<start + variable.bytes], variable.variable, named: name)
        return .init(name: name, value: value)
    }
}

extension ArraySlice<UInt8> {
    /// The number in the first bytes, at most 8, in this machine's order.
    fileprivate func bits(_ size: Int) -> UInt64? {
        guard size > 0, size <= 8, size <= count else { return nil }
        let bytes = prefix(size)
        #if _endian(little)
            return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        #else
            return bytes.reduce(0) { $0 << 8 | UInt64($1) }
        #endif
    }

    /// The bits of a bit field, which BTF counts from the lowest bit on little-endian machines and
    /// from the highest one on others.
    fileprivate func bitField(at offset: Int, _ width: Int) -> UInt64? {
        var value: UInt64 = 0
        for bit in 0..<width {
            let position = offset + bit
            let index = startIndex + position / 8
            guard index < endIndex else { return nil }
            #if _endian(little)
                value |= UInt64(self[index] >> UInt8(position % 8) & 1) << UInt64(bit)
            #else
                value = value << 1 | UInt64(self[index] >> UInt8(7 - position % 8) & 1)
            #endif
        }
        return value
    }
}
