import NetTypes

/// What the keys of a match say of the protocol and of the Ethernet type, each with its words.
enum MatchReasons {
    typealias Reason = MatchSpace.Reason

    /// What the keys say of the Ethernet type.
    static func etherType(_ match: Match, _ keys: MatchSpace.Keys) -> [Reason] {
        var reasons: [Reason] = []
        if let values = keys.values[.etherType] {
            reasons.append(Reason(text: words(ofType: match, values), values: values))
        }
        for (key, space) in [("src", keys.src), ("dst", keys.dst)] {
            guard let space, !space.isEmpty else { continue }
            let types = space.etherTypes
            guard types != EtherType.ip else {
                reasons.append(Reason(text: "'\(key)' needs IP", values: types))
                continue
            }
            let isIPv4 = types == EtherType.ipv4.alone
            reasons.append(
                Reason(text: "'\(key)' is \(isIPv4 ? "IPv4" : "IPv6") only", values: types))
        }
        if keys.values[.extHeader] != nil {
            reasons.append(Reason(text: "'ext-header' needs IPv6", values: EtherType.ipv6.alone))
        }
        for field in PacketField.allCases
        where !field.isOfEveryFrame && !field.isBesideFrame && field != .extHeader
            && keys.values[field] != nil
        {
            reasons.append(Reason(text: "'\(field.key)' needs IP", values: EtherType.ip))
        }
        return reasons
    }

    private static func words(
        ofType match: Match, _ values: IntervalSet<UInt32>
    ) -> String {
        guard match.not.family == nil, match.not.etherType == nil else {
            return "'not' excludes such frames"
        }
        switch (match.keys.family, match.keys.etherType) {
        case (let families?, nil): return "'family' is \(list(families.map(\.description)))"
        case (nil, let types?): return "'ethertype' is \(list(types.map(MatchText.etherTypes)))"
        default:
            return values.isEmpty
                ? "'family' and 'ethertype' exclude each other"
                : "'family' and 'ethertype' are of other frames"
        }
    }

    /// What the keys say of the protocol.
    static func proto(_ match: Match, _ keys: MatchSpace.Keys) -> [Reason] {
        var reasons: [Reason] = []
        if let values = keys.values[.proto] {
            let text =
                match.not.proto == nil
                ? "'proto' is \(list((match.keys.proto ?? []).map(\.description)))"
                : "'not' excludes proto \(list((match.not.proto ?? []).map(\.description)))"
            reasons.append(Reason(text: text, values: values))
        }
        for field in [PacketField.sport, .dport] where keys.values[field] != nil {
            reasons.append(
                Reason(
                    text: "'\(field.key)' needs tcp, udp or sctp", values: set(.tcp, .udp, .sctp)))
        }
        if keys.values[.tcpFlags] != nil {
            reasons.append(Reason(text: "'tcp-flags' needs tcp", values: set(.tcp)))
        }
        if let types = keys.values[.icmpType], !types.isEmpty {
            let icmp = IntervalSet<UInt32>([0...0xFFFF])
            let isICMP = !types.intersection(icmp).isEmpty
            let isICMPv6 = !types.isSubset(of: icmp)
            let protocols: [IPProtocol] = (isICMP ? [.icmp] : []) + (isICMPv6 ? [.icmpv6] : [])
            reasons.append(
                Reason(
                    text: "'icmp-type' needs \(list(protocols.map(\.description)))",
                    values: IntervalSet(protocols.map { UInt32($0.number)...UInt32($0.number) })))
        }
        return reasons
    }

    private static func set(_ protocols: IPProtocol...) -> IntervalSet<UInt32> {
        IntervalSet(protocols.map { UInt32($0.number)...UInt32($0.number) })
    }

    /// `a`, `a or b`, `a, b or c`; a long list is cut.
    private static func list(_ words: [String]) -> String {
        guard words.count > 1 else { return words.first ?? "nothing" }
        guard words.count <= 4 else { return words.prefix(4).joined(separator: ", ") + " …" }
        return words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
    }
}
