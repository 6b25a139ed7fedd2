@testable import Policy
import TestSupport

/// The keys that mappings of a policy may have, from the schema: what stands where.
struct KeyTree {
    /// What is below each key; names that the user gives are `*`.
    private(set) var branches: [String: KeyTree] = [:]

    /// The keys of a schema without references to schemas of mappings.
    init(_ schema: JSONValue) {
        if case .object(let named)? = schema["properties"] {
            for (key, value) in named { branches[key, default: KeyTree()].merge(KeyTree(value)) }
        }
        if let named = schema["additionalProperties"], case .object = named {
            branches["*", default: KeyTree()].merge(KeyTree(named))
        }
        if let items = schema["items"] { merge(KeyTree(items)) }
        if case .array(let choices)? = schema["anyOf"] {
            for choice in choices { merge(KeyTree(choice)) }
        }
    }

    private init() {}

    private mutating func merge(_ other: KeyTree) {
        branches.merge(other.branches) { first, second in
            var both = first
            both.merge(second)
            return both
        }
    }

    /// Where each key stands: `filters/*/rules`.
    var paths: Set<String> {
        Set(branches.flatMap { key, below in [key] + below.paths.map { "\(key)/\($0)" } })
    }

    /// Where the keys of a document stand that are in the tree.
    func paths(in value: YAMLValue) -> Set<String> {
        switch value.content {
        case .scalar: return []
        case .sequence(let elements): return Set(elements.flatMap { paths(in: $0) })
        case .mapping(let pairs):
            return Set(
                pairs.flatMap { pair -> [String] in
                    let key = pair.key.text ?? ""
                    guard let (name, below) = branch(key) else { return [] }
                    return [name] + below.paths(in: pair.value).map { "\(name)/\($0)" }
                })
        }
    }

    private func branch(_ key: String) -> (name: String, below: KeyTree)? {
        branches[key].map { (key, $0) } ?? branches["*"].map { ("*", $0) }
    }
}
