/// What may stand behind a key, as JSON Schema says it.
///
/// Scalars are text whose key gives the type, and an editor's parser makes numbers and booleans of
/// some of them. So a number may come as a number or as text, and a name of digits as a number.
struct Shape: Hashable, Sendable {
    /// The schema.
    let schema: JSONText
    /// The definitions that it refers to, by name.
    let definitions: [String: JSONText]

    init(_ schema: JSONText, definitions: [String: JSONText] = [:]) {
        self.schema = schema
        self.definitions = definitions
    }

    /// The same as a definition, which is written once.
    func named(_ name: String) -> Shape {
        Shape(
            ["$ref": .string("#/$defs/\(name)")],
            definitions: definitions.merging([name: schema]) { first, _ in first })
    }

    /// Any of several.
    static func any(of shapes: [Shape]) -> Shape {
        guard shapes.count != 1 else { return shapes[0] }
        return Shape(
            ["anyOf": .array(shapes.map(\.schema))], definitions: Self.definitions(of: shapes))
    }

    static func definitions(of shapes: [Shape]) -> [String: JSONText] {
        shapes.reduce(into: [:]) { all, shape in
            all.merge(shape.definitions) { first, _ in first }
        }
    }
}

/// Scalars.
extension Shape {
    /// Text that a pattern matches whole.
    static func text(_ pattern: String) -> Shape {
        Shape(["type": "string", "pattern": .string("^(?:\(pattern))$")])
    }

    /// Any text that is not empty; an editor may take it for something else than text.
    static let anyText = Shape(["type": ["string", "number", "boolean"], "minLength": 1])

    /// One of a few words.
    static func words(_ words: [String]) -> Shape {
        Shape(["enum": .array(words.map { .string($0) })])
    }

    /// The words of a type that ``Reading`` reads as a choice.
    static func choice<Choice: RawRepresentable & CaseIterable>(
        _ choice: Choice.Type, or synonyms: [String] = []
    ) -> Shape where Choice.RawValue == String {
        words(Choice.allCases.map(\.rawValue) + synonyms)
    }

    /// `true` or `false`.
    static let boolean = Shape(["enum": [true, false, "true", "false"]])

    /// A decimal number.
    static func number(_ bounds: ClosedRange<Int>) -> Shape {
        any(of: [
            Shape([
                "type": "integer", "minimum": .number(bounds.lowerBound),
                "maximum": .number(bounds.upperBound),
            ]), text(Pattern.number(bounds)),
        ])
    }

    /// The name of a policy, a set, a filter or a rule.
    static let name = any(of: [
        Shape([
            "type": "string", "pattern": .string("^(?:\(Pattern.name))$"),
            "not": ["const": "default"],
        ]),
        Shape(["type": "integer", "minimum": 0]), Shape(["type": "boolean"]),
    ]).named("name")
}

/// Lists and mappings.
extension Shape {
    /// One or a list of some, as ``Reading/elements(_:of:)`` reads them.
    static func oneOrMore(_ element: Shape, orNone: Bool = false) -> Shape {
        var list: [JSONText.Member] = [
            .init(key: "type", value: "array"), .init(key: "items", value: element.schema),
        ]
        if !orNone { list.append(.init(key: "minItems", value: 1)) }
        return any(of: [element, Shape(.object(list), definitions: element.definitions)])
    }

    /// A list.
    static func list(of element: Shape, atMost count: Int? = nil) -> Shape {
        var members: [JSONText.Member] = [
            .init(key: "type", value: "array"), .init(key: "items", value: element.schema),
        ]
        if let count { members.append(.init(key: "maxItems", value: .number(count))) }
        return Shape(.object(members), definitions: element.definitions)
    }

    /// A mapping of names to values of one shape.
    static func named(_ value: Shape, atMost count: Int? = nil) -> Shape {
        var members: [JSONText.Member] = [
            .init(key: "type", value: "object"),
            .init(key: "propertyNames", value: Shape.name.schema),
            .init(key: "additionalProperties", value: value.schema),
        ]
        if let count { members.append(.init(key: "maxProperties", value: .number(count))) }
        return Shape(.object(members), definitions: definitions(of: [Shape.name, value]))
    }
}

extension KeyTable {
    /// The mapping that has these keys, and no others.
    ///
    /// - Parameter more: What a schema must say besides.
    /// - Returns: The shape of the whole mapping.
    func shape(_ more: [JSONText.Member] = []) -> Shape {
        let known = keys.compactMap { key in key.shape.map { (key, $0) } }
        var members: [JSONText.Member] = [
            .init(key: "type", value: "object"),
            .init(
                key: "properties",
                value: .object(known.map { .init(key: $0.0.name, value: $0.1.schema) })),
            .init(key: "additionalProperties", value: false),
        ]
        let required = keys.filter { $0.presence == .required }.map { JSONText.string($0.name) }
        if !required.isEmpty { members.append(.init(key: "required", value: .array(required))) }
        return Shape(
            .object(members + more), definitions: Shape.definitions(of: known.map(\.1)))
    }
}
