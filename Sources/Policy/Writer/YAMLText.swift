import NetTypes

/// The texts of the values that ``PolicyWriter`` writes.
enum YAMLText {
    /// Lists beyond this width are broken into lines.
    static let width = 88

    /// Names need no quotes.
    static func plain(_ name: Name) -> String { name.text }

    /// An address, a prefix, a range or a set; quoted where YAML would take it apart.
    static func address(_ term: AddressTerm) -> String {
        switch term {
        case .prefix(let prefix): return Quoting.scalar(shortest(prefix))
        case .range(let range): return Quoting.scalar(range.description)
        case .set(let name): return Quoting.quoted("@\(name)")
        }
    }

    /// A prefix of one address as that address.
    private static func shortest(_ prefix: IPPrefix) -> String {
        switch prefix {
        case .v4(let prefix): return prefix.length == 32 ? "\(prefix.address)" : "\(prefix)"
        case .v6(let prefix): return prefix.length == 128 ? "\(prefix.address)" : "\(prefix)"
        }
    }

    /// A port, a range or a set.
    static func port(_ term: PortTerm) -> String {
        switch term {
        case .range(let range): return range.description
        case .set(let name): return Quoting.quoted("@\(name)")
        }
    }

    /// A word, or the interface to redirect to.
    static func action(_ action: Action) -> String {
        switch action {
        case .pass: "pass"
        case .drop: "drop"
        case .count: "count"
        case .redirect(let interface): "{ redirect: \(Quoting.scalar(interface)) }"
        case .tx: "tx"
        }
    }

    /// The limit of a rule's events.
    static func log(_ log: RuleLog) -> String {
        log.every.map { "{ every: \(DurationText.text(of: $0)) }" } ?? "true"
    }

    /// The first value of a program's variable, on one line.
    static func value(_ value: ProgramUse.Value) -> String {
        switch value {
        case .word(let text): return Quoting.scalar(text)
        case .list(let elements):
            return "[\(elements.map { Self.value($0) }.joined(separator: ", "))]"
        case .fields(let members):
            let pairs = members.map { "\(Quoting.scalar($0.name)): \(Self.value($0.value))" }
            return pairs.isEmpty ? "{}" : "{ \(pairs.joined(separator: ", ")) }"
        }
    }

    /// One line of a comment.
    static func comment(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let breaks = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            scalars.append(breaks || [0x2028, 0x2029].contains(scalar.value) ? " " : scalar)
        }
        return String(scalars)
    }

    /// The only element, or a list.
    static func oneOrList(_ items: [String], indent: Int) -> String {
        items.count == 1 ? items[0] : list(items, indent: indent)
    }

    /// A flow list, broken into lines of `indent` columns where it is long.
    static func list(_ items: [String], indent: Int) -> String {
        let line = "[" + items.joined(separator: ", ") + "]"
        guard line.utf8.count > width - indent else { return line }
        let margin = String(repeating: " ", count: indent)
        var rows: [String] = []
        var row = ""
        for item in items {
            if !row.isEmpty, row.utf8.count + item.utf8.count + 2 > width - indent {
                rows.append(row)
                row = ""
            }
            row += row.isEmpty ? item : ", \(item)"
        }
        rows.append(row)
        let body = rows.map { margin + $0 }.joined(separator: ",\n")
        return "[\n\(body),\n\(margin.dropLast(2))]"
    }
}
