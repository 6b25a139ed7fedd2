/// A value that was decoded by its type.
public indirect enum BTFValue: Hashable, Sendable {
    /// A number with a sign, of at most 64 bits.
    case integer(Int64)
    /// A number without a sign, of at most 64 bits.
    case unsigned(UInt64)
    /// A number with a floating point.
    case float(Double)
    /// `bool`.
    case boolean(Bool)
    /// A value of an enumeration; without a name if none has it.
    case enumerator(String?, Int64)
    /// Characters up to the first zero.
    case text(String)
    /// What has a way of its own to be written: an IP address, a hardware address.
    case address(String)
    /// A pointer.
    case pointer(UInt64)
    /// Bytes that have no type, or one that is not known.
    case bytes([UInt8])
    /// The elements of an array.
    case array([BTFValue])
    /// The members of a structure or union, or the variables of a section, in their order.
    case structure([Member])

    /// A member of a structure.
    public struct Member: Hashable, Sendable {
        /// The name; empty for an anonymous structure or union that could not be merged.
        public let name: String
        /// The value.
        public let value: BTFValue
    }
}

extension BTFValue {
    /// The sum of values of one type, member by member: of a per-CPU map's values the total.
    ///
    /// Numbers are added, with wrapping; what is no number stays if it is the same everywhere.
    ///
    /// - Parameter values: Values of one type.
    /// - Returns: The sum; `nil` where there is none.
    public static func sum(_ values: [BTFValue]) -> BTFValue? {
        guard let first = values.first else { return nil }
        return values.dropFirst().reduce(first) { sum, value in sum.flatMap { added($0, value) } }
    }

    private static func added(_ left: BTFValue, _ right: BTFValue) -> BTFValue? {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): .integer(left &+ right)
        case (.unsigned(let left), .unsigned(let right)): .unsigned(left &+ right)
        case (.float(let left), .float(let right)): .float(left + right)
        case (.array(let left), .array(let right)) where left.count == right.count:
            // An element without a sum has no total: the array has none, either.
            all(zip(left, right).map(added)).map(BTFValue.array)
        case (.structure(let left), .structure(let right)) where left.count == right.count:
            .structure(
                zip(left, right).compactMap { left, right in
                    added(left.value, right.value).map { Member(name: left.name, value: $0) }
                })
        default: left == right ? left : nil
        }
    }

    private static func all(_ values: [BTFValue?]) -> [BTFValue]? {
        let present = values.compactMap { $0 }
        return present.count == values.count ? present : nil
    }
}

extension BTFValue: Encodable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Numbers as numbers, enumerators by name, structures as objects, pointers and bytes in
    /// hexadecimal.
    public func encode(to encoder: any Encoder) throws {
        if case .structure(let members) = self {
            var container = encoder.container(keyedBy: Name.self)
            for member in members {
                try container.encode(member.value, forKey: Name(stringValue: member.name))
            }
            return
        }
        if case .array(let values) = self {
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
            return
        }
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .float(let value) where value.isFinite: try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .text(let text): try container.encode(text)
        case .enumerator(nil, let value): try container.encode(value)
        default: try container.encode(description)
        }
    }
}

extension BTFValue: CustomStringConvertible {
    /// On one line: `{packets 3, bytes 180}`, `[1, 2]`, `XDP_PASS`, `192.0.2.1`, `0x00ff`.
    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .float(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .enumerator(let name, let value): name ?? "\(value)"
        case .text(let text): "\"\(text.escaped)\""
        case .address(let text): text
        case .pointer(let address): "0x" + String(address, radix: 16)
        case .bytes(let bytes): bytes.isEmpty ? "-" : "0x" + bytes.map(\.hexadecimal).joined()
        case .array(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .structure(let members):
            "{" + members.map { "\($0.name) \($0.value)" }.joined(separator: ", ") + "}"
        }
    }
}

extension UInt8 {
    /// Two digits.
    var hexadecimal: String { (self < 16 ? "0" : "") + String(self, radix: 16) }
}

extension String {
    /// Without what would do something to a terminal: a program's bytes are data.
    fileprivate var escaped: String {
        unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\n": "\\n"
            case "\t": "\\t"
            case _
            where scalar.properties.generalCategory == .control
                || scalar.properties.generalCategory == .format:
                "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }.joined()
    }
}
