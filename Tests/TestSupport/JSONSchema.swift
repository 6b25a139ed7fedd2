internal import Foundation

/// A JSON Schema of the keywords that netctl's own has; any other is an error, not a silent pass.
public final class JSONSchema {
    /// A schema that cannot be evaluated here.
    public struct Unknown: Error, CustomStringConvertible {
        /// What is not known.
        public let description: String
    }

    private let root: JSONValue
    private var expressions: [String: NSRegularExpression] = [:]

    /// Reads a schema, and looks at every keyword in it.
    public init(parsing text: String) throws {
        root = try JSONValue(parsing: text)
        try check(root)
    }

    /// Whether the schema accepts a document.
    public func accepts(_ document: JSONValue) throws -> Bool { try accepts(document, root) }

    private static let annotations: Set = ["$schema", "title", "description"]
    private static let counts: Set = [
        "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
        "maxProperties",
    ]
    private static let schemas: Set = ["not", "items", "propertyNames", "additionalProperties"]
    private static let others: Set = [
        "$ref", "type", "const", "enum", "pattern", "required", "dependentRequired",
    ]

    private func check(_ schema: JSONValue) throws {
        guard case .object(let members) = schema else {
            guard case .boolean = schema else { throw Unknown(description: "no schema") }
            return
        }
        for (keyword, value) in members {
            if Self.schemas.contains(keyword) {
                try check(value)
            } else if keyword == "anyOf", case .array(let schemas) = value {
                try schemas.forEach(check)
            } else if ["properties", "$defs"].contains(keyword), case .object(let named) = value {
                try named.values.forEach(check)
            } else if keyword == "$ref" {
                try check(reference: value)
            } else if keyword == "pattern" {
                _ = try matches("", value)
            } else if Self.counts.contains(keyword), value.integer == nil {
                throw Unknown(description: "'\(keyword)' is no number")
            } else if !Self.annotations.contains(keyword), !Self.counts.contains(keyword),
                !Self.others.contains(keyword)
            {
                throw Unknown(description: "keyword '\(keyword)'")
            }
        }
    }

    @discardableResult
    private func check(reference: JSONValue) throws -> JSONValue {
        guard case .string(let path) = reference, path.hasPrefix("#/$defs/"),
            let schema = root["$defs"]?[String(path.dropFirst(8))]
        else { throw Unknown(description: "reference \(reference)") }
        return schema
    }

    private func matches(_ text: String, _ pattern: JSONValue) throws -> Bool {
        guard case .string(let pattern) = pattern else {
            throw Unknown(description: "pattern \(pattern)")
        }
        // The `$` of ECMA-262 is the end of the text, not a line break before it.
        let whole = pattern.hasSuffix("$") ? pattern.dropLast() + "\\z" : pattern
        let expression = try expressions[pattern] ?? NSRegularExpression(pattern: whole)
        expressions[pattern] = expression
        return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }

    private func accepts(_ value: JSONValue, _ schema: JSONValue) throws -> Bool {
        guard case .object(let members) = schema else { return schema == .boolean(true) }
        for (keyword, rule) in members
        where try !accepts(value, keyword: keyword, rule, members["properties"]) {
            return false
        }
        return true
    }

    private func accepts(
        _ value: JSONValue, keyword: String, _ rule: JSONValue, _ properties: JSONValue?
    ) throws -> Bool {
        switch (keyword, value, rule) {
        case ("$ref", _, _): return try accepts(value, check(reference: rule))
        case ("not", _, _): return try !accepts(value, rule)
        case ("anyOf", _, .array(let schemas)):
            return try schemas.contains { try accepts(value, $0) }
        case ("type", _, .array(let types)):
            return try types.contains {
                try accepts(value, keyword: keyword, $0, nil)
            }
        case ("type", _, .string(let type)):
            return value.type == type || (type == "number" && value.type == "integer")
        case ("const", _, _): return value == rule
        case ("enum", _, .array(let values)): return values.contains(value)
        case ("pattern", .string(let text), _): return try matches(text, rule)
        case ("items", .array(let elements), _):
            return try elements.allSatisfy { try accepts($0, rule) }
        case ("properties", .object(let members), .object(let schemas)):
            return try members.allSatisfy { key, member in
                try schemas[key].map { try accepts(member, $0) } ?? true
            }
        case ("additionalProperties", .object(let members), _):
            return try members.allSatisfy { key, member in
                try properties?[key] != nil || accepts(member, rule)
            }
        case ("propertyNames", .object(let members), _):
            return try members.keys.allSatisfy { try accepts(.string($0), rule) }
        case ("required", .object(let members), .array(let keys)):
            return keys.allSatisfy { key in
                if case .string(let key) = key { members[key] != nil } else { false }
            }
        case ("dependentRequired", .object(let members), .object(let needs)):
            return try needs.allSatisfy { key, needed in
                try members[key] == nil
                    || accepts(value, keyword: "required", needed, nil)
            }
        default: return Self.accepts(value, count: keyword, rule.integer)
        }
    }

    /// The bounds on numbers, lengths and counts; keywords for values of another type say nothing.
    private static func accepts(_ value: JSONValue, count keyword: String, _ bound: Int?) -> Bool {
        guard let bound else { return true }
        switch (keyword, value) {
        case ("minimum", .number(let number)): return number >= Double(bound)
        case ("maximum", .number(let number)): return number <= Double(bound)
        case ("minLength", .string(let text)): return text.unicodeScalars.count >= bound
        case ("maxLength", .string(let text)): return text.unicodeScalars.count <= bound
        case ("minItems", .array(let elements)): return elements.count >= bound
        case ("maxItems", .array(let elements)): return elements.count <= bound
        case ("minProperties", .object(let members)): return members.count >= bound
        case ("maxProperties", .object(let members)): return members.count <= bound
        default: return true
        }
    }
}
