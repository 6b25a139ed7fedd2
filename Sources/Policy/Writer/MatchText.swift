import NetTypes

/// The text of a match, a pair of key and value for each key that is given.
struct MatchText {
    /// A key and what stands behind its colon.
    typealias Pair = (key: String, value: String)

    /// The pairs; `not` comes last, in braces.
    static func pairs(of match: Match) -> [Pair] {
        let proto = match.keys.proto
        let not = pairs(of: match.not, proto: proto, indent: 16)
        let body = not.map { "\($0.key): \($0.value)" }
        guard !not.isEmpty else { return pairs(of: match.keys, proto: proto, indent: 12) }
        let flow = body.joined(separator: ", ")
        let margin = "\n" + String(repeating: " ", count: 12)
        let value =
            flow.contains("\n") || flow.utf8.count > YAMLText.width - 16
            ? body.map { margin + $0 }.joined() : "{ \(flow) }"
        return pairs(of: match.keys, proto: proto, indent: 12) + [("not", value)]
    }

    private static func pairs(
        of keys: MatchKeys, proto: [IPProtocol]?, indent: Int
    ) -> [Pair] {
        func pair(_ key: String, _ items: [String]?) -> Pair? {
            items.map { (key, YAMLText.oneOrList($0, indent: indent)) }
        }
        return [
            pair("src", keys.src?.map(YAMLText.address)),
            pair("dst", keys.dst?.map(YAMLText.address)),
            pair("proto", keys.proto?.map(\.description)),
            pair("sport", keys.sport?.map(YAMLText.port)),
            pair("dport", keys.dport?.map(YAMLText.port)),
            pair("tcp-flags", keys.tcpFlags?.map(flags)),
            pair("icmp-type", keys.icmpType.map { icmp($0, proto: proto) }),
            pair("family", keys.family?.map(\.description)),
            pair("ethertype", keys.etherType?.map(etherTypes)),
            pair("vlan", keys.vlan?.map(vlan)),
            pair("fragment", keys.fragment.map { ["\($0)"] }),
            pair("length", keys.length?.map(range)),
            pair("ttl", keys.ttl?.map(range)),
            pair("dscp", keys.dscp?.map(dscp)),
            pair("ext-header", keys.extHeader?.map(\.rawValue)),
            pair("mark", keys.mark?.map(mark)),
        ].compactMap { $0 }
    }

    private static func range<Value>(_ range: ClosedRange<Value>) -> String {
        range.lowerBound == range.upperBound
            ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }

    /// An Ethernet type or a range of them, in hexadecimal.
    static func etherTypes(_ types: ClosedRange<UInt16>) -> String {
        let lower = EtherType(rawValue: types.lowerBound).hexadecimal
        let upper = EtherType(rawValue: types.upperBound).hexadecimal
        return lower == upper ? lower : "\(lower)-\(upper)"
    }

    /// A mark or a range of them, in hexadecimal.
    private static func mark(_ marks: ClosedRange<UInt32>) -> String {
        let lower = "0x" + String(marks.lowerBound, radix: 16)
        let upper = "0x" + String(marks.upperBound, radix: 16)
        return lower == upper ? lower : "\(lower)-\(upper)"
    }

    private static func flags(_ term: TCPFlagsTerm) -> String {
        let names = TCPFlags.names.compactMap { name, flag -> String? in
            term.set.contains(flag) ? name : term.clear.contains(flag) ? "!\(name)" : nil
        }
        return Quoting.scalar(names.joined(separator: ","))
    }

    private static func vlan(_ term: VLANTerm) -> String {
        switch term {
        case .tagged: "any"
        case .untagged: "none"
        case .ids(let ids): range(ids)
        }
    }

    private static func dscp(_ values: ClosedRange<UInt8>) -> String {
        let name = DSCP.names.first { values == $0.value...$0.value }?.name
        return name ?? range(values)
    }

    /// A name that both protocols have stands for a term of each, so those are written as one.
    private static func icmp(_ terms: [ICMPTerm], proto: [IPProtocol]?) -> [String] {
        let isDecided = ICMPSyntax(proto).protocols.count == 1
        var items: [String] = []
        var index = 0
        while index < terms.count {
            let term = terms[index]
            items += icmp(term)
            index += 1
            guard !isDecided, index < terms.count, let name = name(of: term),
                terms[index].proto != term.proto, name == self.name(of: terms[index])
            else { continue }
            index += 1
        }
        return items
    }

    private static func name(of term: ICMPTerm) -> String? {
        term.types.count == 1 ? ICMPType.name(term.types.lowerBound, of: term.proto) : nil
    }

    private static func icmp(_ term: ICMPTerm) -> [String] {
        guard let codes = term.codes else { return [name(of: term) ?? range(term.types)] }
        return term.types.map { type in
            "\(ICMPType.name(type, of: term.proto) ?? "\(type)")/\(range(codes))"
        }
    }
}
