import Yams

/// The one document of a policy file.
///
/// Yams parses and composes; here its nodes become ``YAMLValue``, and what the contract forbids
/// (tags, merge keys, keys that are not text) or the limits refuse (depth, aliases that expand to
/// more than a million nodes) is reported. Behind this no size is without a bound.
struct YAMLDocument {
    private let source: SourceText
    private let reading: Reading
    private let duplicates: [DuplicateKey]
    private var nodes = 0
    private var isTooLarge = false

    /// Reads the document of the current file; nil when there is none that makes sense.
    static func read(_ reading: Reading) -> YAMLValue? {
        let source = reading.source
        guard !AliasedKeys.mayExpand(in: source.bytes) else {
            reading.report(
                .error, "too-many-nodes",
                "aliases together with a list or a mapping as a key",
                hint: "write the key as text", at: SourceLocation(file: source.path, column: 1))
            return nil
        }
        var text = source.text
        var duplicates: [DuplicateKey] = []
        while true {
            do {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                let root = try parser.singleRoot()
                var document = YAMLDocument(
                    source: source, reading: reading, duplicates: duplicates)
                return document.convertRoot(root)
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                // Yams stops here. The second key is renamed, so that the rest is read as well.
                let first = (line: context.mark.line, column: context.mark.column)
                let search = DuplicateKeySearch(text: text, key: keys.first ?? "", first: first)
                guard let duplicate = search.second(number: duplicates.count) else {
                    reading.report(
                        DuplicateKey.diagnostic(
                            key: keys.first ?? "", first: nil, file: source.path, at: first))
                    return nil
                }
                reading.report(
                    DuplicateKey.diagnostic(
                        key: duplicate.key, first: first.line, file: source.path,
                        at: (duplicate.line, duplicate.column)))
                duplicates.append(duplicate)
                text = duplicate.renamed
                guard duplicates.count < 10, source.bytes.count < 200_000 else { return nil }
            } catch {
                reading.report(YAMLSyntax.diagnostic(for: error, in: source))
                return nil
            }
        }
    }

    private init(source: SourceText, reading: Reading, duplicates: [DuplicateKey]) {
        self.source = source
        self.reading = reading
        self.duplicates = duplicates
    }

    private mutating func convertRoot(_ root: Node?) -> YAMLValue? {
        guard let root, let value = convert(root, depth: 1), !isTooLarge, !value.isEmpty else {
            guard !reading.hasErrors else { return nil }
            reading.report(
                .error, "empty-policy", "the policy is empty",
                at: SourceLocation(file: source.path, line: 1, column: 1))
            return nil
        }
        return value
    }

    /// The value of a node; nil where the reason has been reported.
    private mutating func convert(_ node: Node, depth: Int) -> YAMLValue? {
        let line = node.mark?.line ?? 1
        let column = node.mark?.column ?? 1
        func value(_ content: YAMLValue.Content) -> YAMLValue {
            YAMLValue(content: content, line: line, column: column)
        }
        guard !isTooLarge else { return nil }
        nodes += 1
        guard nodes <= PolicyLimits.nodes, depth <= PolicyLimits.depth else {
            isTooLarge = true
            reading.error(
                nodes > PolicyLimits.nodes ? "too-many-nodes" : "too-deep",
                nodes > PolicyLimits.nodes
                    ? "the policy expands to more than \(PolicyLimits.nodes) nodes"
                    : "lists and mappings nest deeper than \(PolicyLimits.depth) levels",
                hint: nodes > PolicyLimits.nodes ? "use fewer aliases" : nil, at: value(.scalar(""))
            )
            return nil
        }
        if let tag = source.tag(line: line, column: column) ?? Self.explicitTag(of: node) {
            reading.report(
                .error, "tag", "tags are not allowed: '\(tag.shortened)'",
                hint: source.commaHint(before: value(.scalar(""))) ?? Self.hint(forTag: tag),
                at: SourceLocation(
                    file: source.path, line: line, column: column,
                    length: tag.unicodeScalars.count))
            return nil
        }
        switch node {
        case .scalar(let scalar): return value(.scalar(scalar.string))
        case .sequence(let sequence):
            var elements: [YAMLValue] = []
            elements.reserveCapacity(sequence.count)
            for element in sequence {
                guard !isTooLarge else { return nil }
                if let element = convert(element, depth: depth + 1) { elements.append(element) }
            }
            return value(.sequence(elements))
        case .mapping(let mapping):
            return value(.mapping(convertPairs(mapping, depth: depth + 1)))
        case .alias: return nil
        }
    }

    /// The tag as Yams knows it, for places that the text itself cannot give.
    private static func explicitTag(of node: Node) -> String? {
        let tag = node.tag.rawValue
        return tag.isEmpty || tag.hasPrefix("tag:yaml.org,2002:") ? nil : tag
    }

    private static func hint(forTag tag: String) -> String {
        tag.hasPrefix("!!") || tag == "!"
            ? "leave it out: its key gives a value its type" : Quoting.hint(tag)
    }

    private mutating func convertPairs(
        _ mapping: Node.Mapping, depth: Int
    ) -> [(key: YAMLValue, value: YAMLValue)] {
        var pairs: [(key: YAMLValue, value: YAMLValue)] = []
        var lines: [String: Int] = [:]
        for pair in mapping {
            guard !isTooLarge, let key = convert(pair.key, depth: depth) else { continue }
            guard !duplicates.contains(where: { $0.line == key.line && $0.column == key.column })
            else { continue }
            guard let text = key.text else {
                reading.error("invalid-key", "a key must be text, not \(key.kind)", at: key)
                continue
            }
            guard text != "<<" else {
                reading.error(
                    "merge-key", "merge keys ('<<') are not allowed",
                    hint: "write the keys out", at: key)
                pairs.append((key, key))
                continue
            }
            if let first = lines[text] {
                reading.error(
                    "duplicate-key", "duplicate key '\(text.shortened)' (first on line \(first))",
                    at: key)
                continue
            }
            lines[text] = key.line
            if let value = convert(pair.value, depth: depth) { pairs.append((key, value)) }
        }
        return pairs
    }
}
