/// A JSON value whose objects keep their order, to be written out.
indirect enum JSONText: Hashable, Sendable {
    case object([Member])
    case array([JSONText])
    case string(String)
    case number(Int)
    case boolean(Bool)

    /// A key of an object with its value.
    struct Member: Hashable, Sendable {
        let key: String
        let value: JSONText
    }

    /// The value, indented by two spaces a level; what fits on a line of 96 columns is on one.
    func written(indent: Int = 0) -> String {
        let line = flow
        guard line.utf8.count + indent > 96 else { return line }
        let margin = String(repeating: " ", count: indent + 2)
        let end = "\n" + String(repeating: " ", count: indent)
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.map {
                "\(margin)\(Self.quoted($0.key)): \($0.value.written(indent: indent + 2))"
            }
            return "{\n" + lines.joined(separator: ",\n") + end + "}"
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { margin + $0.written(indent: indent + 2) }
            return "[\n" + lines.joined(separator: ",\n") + end + "]"
        default: return line
        }
    }

    private var flow: String {
        switch self {
        case .object(let members):
            let body = members.map { "\(Self.quoted($0.key)): \($0.value.flow)" }
            return body.isEmpty ? "{}" : "{ \(body.joined(separator: ", ")) }"
        case .array(let elements): return "[\(elements.map(\.flow).joined(separator: ", "))]"
        case .string(let text): return Self.quoted(text)
        case .number(let number): return "\(number)"
        case .boolean(let boolean): return "\(boolean)"
        }
    }

    /// A schema holds no control characters.
    private static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }
}

extension JSONText: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .boolean(value) }
    init(arrayLiteral elements: JSONText...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSONText)...) {
        self = .object(elements.map { Member(key: $0.0, value: $0.1) })
    }
}
