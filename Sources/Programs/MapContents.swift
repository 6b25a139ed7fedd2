public import BPF
internal import Foundation
internal import LinuxSystem

/// A map whose elements are decoded by its type information.
public final class MapContents {
    private let map: RawMap
    private let types: MapTypes?

    /// An element as it is printed.
    public struct Element: Encodable, Sendable {
        /// The key.
        public let key: BTFValue
        /// The value; of a per-CPU map each CPU's, and the total.
        public let value: Value

        /// The value of an element.
        public enum Value: Sendable {
            /// Of a map with one value for each element.
            case single(BTFValue)
            /// Of a per-CPU map, in CPU order. There is no total of what is no number.
            case perCPU([BTFValue], total: BTFValue?)
            /// Why it cannot be read.
            case unreadable(String)
        }
    }

    /// Opens a map.
    ///
    /// - Parameter reference: The map.
    /// - Throws: `BPFError`, ``ProgramsError``.
    public init(_ reference: Reference) throws {
        let found = try reference.map()
        types = try found.types()
        map = try RawMap(found)
    }

    /// What it is called in errors.
    private var name: String { "\(map.map.info.name) (id \(map.map.info.id))" }

    // MARK: Reading

    /// Decodes every element, in the map's own order.
    ///
    /// - Parameter body: Takes one element.
    /// - Throws: `BPFError`: maps of some types have no elements to walk.
    public func forEach(_ body: (Element) throws -> Void) throws {
        let info = map.map.info
        if let refusal = Self.refusals[info.type] {
            throw ProgramsError("dump map", name, refusal.reason, hint: refusal.hint)
        }
        try map.forEachKey { key in
            let found: Element
            do throws(BPFError) {
                guard let values = try map.values(for: key) else { return }
                found = element(key, values)
            } catch  where info.type.isArray {
                // An empty entry of an array of maps or programs, or one of another's.
                found = Element(key: decodedKey(key), value: .unreadable(error.reason))
            }
            try body(found)
        }
    }

    /// Maps that hold no elements by key.
    private static let refusals: [MapType: (reason: String, hint: String?)] = [
        .perfEventArray: ("it is a perf buffer, whose records are read once", "netctl listen"),
        .bloomFilter: ("it is a bloom filter, which cannot be listed", nil),
        .queue: ("it is a queue, whose elements are taken, not listed", nil),
        .stack: ("it is a stack, whose elements are taken, not listed", nil),
        .ringBuffer: ("it is a ring buffer, whose records are read once", "netctl listen"),
        .userRingBuffer: ("it is a ring buffer that programs read", nil),
    ]

    /// Finds an element.
    ///
    /// - Parameter key: The key as it is typed.
    /// - Returns: The element; `nil` if there is none.
    /// - Throws: `BPFError`, ``ProgramsError``.
    public func element(for key: String) throws -> Element? {
        let bytes = try keyBytes(key)
        return try map.values(for: bytes).map { element(bytes, $0) }
    }

    private func element(_ key: [UInt8], _ values: [[UInt8]]) -> Element {
        let decoded = values.map(decodedValue)
        let isPerCPU = map.map.info.type.isPerCPU
        return Element(
            key: decodedKey(key),
            value: isPerCPU
                ? .perCPU(decoded, total: BTFValue.sum(decoded)) : .single(decoded[0]))
    }

    private func decodedKey(_ bytes: [UInt8]) -> BTFValue {
        if let types, types.key != 0 {
            // A key of 32 bits in network order that has no name is an address: ports have 16.
            if types.types.name(of: types.key) == "__be32" {
                return .address(bytes.map(String.init).joined(separator: "."))
            }
            return types.types.decode(bytes, as: types.key)
        }
        // An index needs no type information.
        return map.map.info.type.hasIndices ? Self.number(bytes) : .bytes(bytes)
    }

    private func decodedValue(_ bytes: [UInt8]) -> BTFValue {
        if let types { return types.types.decode(bytes, as: types.value) }
        return Self.holdsNumbers(map.map.info.type) ? Self.number(bytes) : .bytes(bytes)
    }

    /// Whether values of 4 bytes are a number: the kernel answers the ids of programs and maps, and
    /// indices of interfaces.
    private static func holdsNumbers(_ type: MapType) -> Bool {
        type == .programArray || type.holdsMaps || type.hasIndices && !type.isArray
    }

    private static func number(_ bytes: [UInt8]) -> BTFValue {
        guard bytes.count == 4 else { return .bytes(bytes) }
        return .unsigned(UInt64(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }))
    }

    // MARK: Writing

    /// Creates or replaces an element. In a per-CPU map every CPU gets the value, or each its own if it
    /// is written `{"per_cpu": [… ]}`.
    ///
    /// - Parameters:
    ///   - key: The key as it is typed.
    ///   - value: The value as it is typed; in a map of maps or programs the id, name or pin of one.
    /// - Throws: `BPFError`, ``ProgramsError``.
    public func set(_ key: String, to value: String) throws {
        let type = map.map.info.type
        if type.holdsMaps {
            let inner = try Reference(value).map()
            return try map.update(try keyBytes(key), [Self.bytes(inner.descriptor.rawValue)])
        }
        if type == .programArray {
            let program = try Reference(value).program()
            return try map.update(try keyBytes(key), [Self.bytes(program.descriptor.rawValue)])
        }
        let literal = try BTFLiteral(typed: value)
        let count = map.valuesPerElement
        let values: [[UInt8]]
        if case .fields(let fields) = literal, case .list(let list) = fields["per_cpu"],
            map.map.info.type.isPerCPU
        {
            guard list.count == count else {
                throw ProgramsError(
                    "set", name, "per_cpu has \(list.count) values, for \(count) possible CPUs")
            }
            values = try list.map { try valueBytes($0) }
        } else {
            values = Array(repeating: try valueBytes(literal), count: count)
        }
        try map.update(try keyBytes(key), values)
    }

    private static func bytes(_ descriptor: Int32) -> [UInt8] {
        withUnsafeBytes(of: descriptor) { Array($0) }
    }

    /// Deletes an element.
    ///
    /// - Parameter key: The key as it is typed.
    /// - Returns: Whether there was such an element.
    /// - Throws: `BPFError`, ``ProgramsError``.
    public func delete(_ key: String) throws -> Bool { try map.delete(try keyBytes(key)) }

    private func keyBytes(_ text: String) throws -> [UInt8] {
        let literal = try BTFLiteral(typed: text)
        let size = map.map.info.keySize
        if let types, types.key != 0, !Self.isRaw(text, bytes: size, types, types.key) {
            return try types.types.encode(literal, as: types.key, for: "key of \(name)")
        }
        return try Self.bytes(literal, size: size, "key of \(name)")
    }

    private func valueBytes(_ literal: BTFLiteral) throws -> [UInt8] {
        if let types {
            return try types.types.encode(literal, as: types.value, for: "value of \(name)")
        }
        return try Self.bytes(literal, size: map.map.info.valueSize, "value of \(name)")
    }

    /// All bytes in hexadecimal, as a structure is shown that has no type.
    private static func isRaw(_ text: String, bytes: Int, _ types: MapTypes, _ id: UInt32) -> Bool {
        guard text.hasPrefix("0x"), text.utf8.count == 2 + bytes * 2, bytes > 8 else {
            return false
        }
        return true
    }

    /// Bytes without a type: all of them in hexadecimal, or a number.
    private static func bytes(
        _ literal: BTFLiteral, size: Int, _ subject: String
    ) throws -> [UInt8] {
        guard case .word(let text) = literal else {
            throw ProgramsError(
                "set", subject, "there is no type information, so it takes no members",
                hint: "write \(size) bytes as 0x…")
        }
        if text.hasPrefix("0x"), text.utf8.count == 2 + size * 2 {
            let digits = Array(text.dropFirst(2))
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...$0 + 1]), radix: 16)
            }
            if bytes.count == size { return bytes }
        }
        if size <= 8, let number = UInt64(text), size == 8 || number >> UInt64(size * 8) == 0 {
            return withUnsafeBytes(of: number.littleEndian) { Array($0.prefix(size)) }
        }
        throw ProgramsError(
            "set", subject, "'\(text)' is not \(size) bytes",
            hint: "there is no type information: write all bytes as 0x…"
                + (size <= 8 ? ", or a number" : ""))
    }
}

extension MapContents.Element.Value: Encodable {
    private enum CodingKeys: String, CodingKey {
        case total, error
        case perCPU = "per_cpu"
    }

    /// A per-CPU value as an object of total and values.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .single(let value):
            try value.encode(to: encoder)
        case .perCPU(let values, let total):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(total, forKey: .total)
            try container.encode(values, forKey: .perCPU)
        case .unreadable(let why):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(why, forKey: .error)
        }
    }
}

extension MapContents.Element: CustomStringConvertible {
    /// `key: value`, or `key: total T cpu0 V cpu1 V`.
    public var description: String {
        switch value {
        case .single(let value): return "\(key): \(value)"
        case .perCPU(let values, let total):
            let each = values.enumerated().map { "cpu\($0) \($1)" }.joined(separator: " ")
            return "\(key): total \(total?.description ?? "-") \(each)"
        case .unreadable(let why): return "\(key): (\(why))"
        }
    }
}
