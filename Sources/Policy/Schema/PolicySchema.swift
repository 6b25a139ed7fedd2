/// The JSON Schema of a policy file, for editors: what the reader's tables of keys say.
///
/// What the reader refuses and a schema cannot: names that do not exist or exist twice, rules that
/// never match, ranges that are reversed, host bits, set files, and a policy whose files have no
/// name among them.
public enum PolicySchema {
    /// The schema, draft 2020-12, with a line break at its end.
    public static let text: String = {
        let root = PolicyDraft.keys.shape([
            // A file that only adds sets or filters to the one with the name needs no version.
            .init(key: "dependentRequired", value: ["name": ["version"]]),
            .init(key: "minProperties", value: 1),
        ])
        guard case .object(let members) = root.schema else { return "" }
        let definitions = root.definitions.sorted { $0.key < $1.key }.map {
            JSONText.Member(key: $0.key, value: $0.value)
        }
        let head: [JSONText.Member] = [
            .init(key: "$schema", value: "https://json-schema.org/draft/2020-12/schema"),
            .init(key: "title", value: "netctl policy"),
        ]
        let whole = JSONText.object(
            head + members + [.init(key: "$defs", value: .object(definitions))])
        return whole.written() + "\n"
    }()
}
