internal import NetTypes
internal import Policy

extension RandomPolicy: CustomStringConvertible {
    /// A policy file that says the same.
    public var description: String {
        var lines = ["version: 1", "name: random"]
        if !sets.isEmpty { lines.append("sets:") }
        for set in sets { lines.append("  \(set.name): { \(contents(of: set)) }") }
        lines += [
            "filters:", "  \(filter.name):",
            "    default: \(filter.defaultVerdict)", "    malformed: \(filter.malformed)",
            "    non-ip: \(filter.nonIP)",
            filter.rules.isEmpty ? "    rules: []" : "    rules:",
        ]
        for rule in filter.rules {
            lines.append(
                "      - { name: \(rule.name), match: \(keys(of: rule.match)), "
                    + "action: \(rule.action) }")
        }
        return lines.joined(separator: "\n")
    }

    private func contents(of set: NamedSet) -> String {
        switch set.contents {
        case .addresses(let addresses):
            "cidrs: \(list(addresses.ipv4.map(\.description) + addresses.ipv6.map(\.description)))"
        case .ports(let ports): "ports: \(list(ports.map(\.description)))"
        }
    }

    private func keys(of match: Match) -> String {
        let keys = [
            match.keys.src.map { "src: \(list($0.map(text)))" },
            match.keys.dst.map { "dst: \(list($0.map(text)))" },
            match.keys.proto.map { "proto: \(list($0.map(\.description)))" },
            match.keys.sport.map { "sport: \(list($0.map(text)))" },
            match.keys.dport.map { "dport: \(list($0.map(text)))" },
        ]
        return "{ \(keys.compactMap(\.self).joined(separator: ", ")) }"
    }

    private func list(_ elements: [String]) -> String {
        "[\(elements.map { "\"\($0)\"" }.joined(separator: ", "))]"
    }

    private func text(_ term: AddressTerm) -> String {
        switch term {
        case .prefix(let prefix): prefix.description
        case .range(let range): range.description
        case .set(let name): "@\(name)"
        }
    }

    private func text(_ term: PortTerm) -> String {
        switch term {
        case .range(let range): range.description
        case .set(let name): "@\(name)"
        }
    }
}
