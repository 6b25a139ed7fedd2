internal import NetTypes
internal import Policy

extension RandomPolicy: CustomStringConvertible {
    /// A policy file that says the same, if it can be said.
    public var description: String {
        var lines = ["version: 1", "name: random"]
        for (what, prefixes) in [("blocked", blocked), ("expired", expired)] where !prefixes.isEmpty
        {
            lines.append("# \(what): \(prefixes.map(\.description).joined(separator: ", "))")
        }
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
                    + "action: \(text(rule.action)) }")
        }
        return lines.joined(separator: "\n")
    }

    private func text(_ action: Action) -> String {
        switch action {
        case .redirect(let interface): "{ redirect: \(interface) }"
        default: "\(action)"
        }
    }

    private func contents(of set: NamedSet) -> String {
        switch set.contents {
        case .addresses(let addresses):
            "cidrs: \(list(addresses.ipv4.map(\.description) + addresses.ipv6.map(\.description)))"
        case .ports(let ports): "ports: \(list(ports.map(\.description)))"
        }
    }

    private func keys(of match: Match) -> String {
        let negated = match.not == MatchKeys() ? [] : ["not: { \(text(match.not)) }"]
        let keys = ([text(match.keys)] + negated).filter { !$0.isEmpty }
        return "{ \(keys.joined(separator: ", ")) }"
    }

    private func text(_ keys: MatchKeys) -> String {
        let keys = [
            keys.src.map { "src: \(list($0.map(text)))" },
            keys.dst.map { "dst: \(list($0.map(text)))" },
            keys.proto.map { "proto: \(list($0.map(\.description)))" },
            keys.sport.map { "sport: \(list($0.map(text)))" },
            keys.dport.map { "dport: \(list($0.map(text)))" },
            keys.tcpFlags.map { "tcp-flags: \(list($0.map(text)))" },
            keys.icmpType.map { "icmp-type: \(list($0.map(text)))" },
            keys.family.map { "family: \(list($0.map(\.description)))" },
            keys.etherType.map { "ethertype: \(list($0.map(text)))" },
            keys.vlan.map { "vlan: \(list($0.map(text)))" },
            keys.fragment.map { "fragment: \($0)" },
            keys.length.map { "length: \(list($0.map(text)))" },
            keys.ttl.map { "ttl: \(list($0.map(text)))" },
            keys.dscp.map { "dscp: \(list($0.map(text)))" },
            keys.extHeader.map { "ext-header: \(list($0.map(\.rawValue)))" },
            keys.mark.map { "mark: \(list($0.map(text)))" },
        ]
        return keys.compactMap(\.self).joined(separator: ", ")
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

    private func text(_ term: TCPFlagsTerm) -> String {
        let names = TCPFlags.names
        let set = names.filter { term.set.contains($0.flag) }.map(\.name)
        let clear = names.filter { term.clear.contains($0.flag) }.map { "!\($0.name)" }
        return (set + clear).joined(separator: ",")
    }

    /// The protocol is said, too: where it is not the rule's own, a policy file cannot say this.
    private func text(_ term: ICMPTerm) -> String {
        "\(term.proto) \(text(term.types))" + (term.codes.map { "/\(text($0))" } ?? "")
    }

    private func text(_ term: VLANTerm) -> String {
        switch term {
        case .untagged: "none"
        case .tagged: "any"
        case .ids(let ids): text(ids)
        }
    }

    private func text(_ range: ClosedRange<some FixedWidthInteger>) -> String {
        range.count == 1
            ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }
}
