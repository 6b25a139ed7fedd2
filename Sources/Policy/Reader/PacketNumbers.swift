import NetTypes

/// The keys of a match that hold numbers.
enum PacketNumbers {
    static let etherType = NumberSyntax<UInt16>(
        what: "an Ethernet type", plural: "Ethernet types", code: "invalid-ethertype",
        bounds: 0...0xFFFF, allowsHexadecimal: true)
    static let vlan = NumberSyntax<UInt16>(
        what: "a VLAN identifier", plural: "VLAN identifiers", code: "invalid-vlan",
        bounds: 0...4095, words: ["any", "none"])
    static let length = NumberSyntax<UInt16>(
        what: "a length", plural: "lengths", code: "invalid-length", bounds: 0...0xFFFF)
    static let ttl = NumberSyntax<UInt8>(
        what: "a TTL", plural: "TTLs", code: "invalid-ttl", bounds: 0...0xFF)
    static let dscp = NumberSyntax<UInt8>(
        what: "a DSCP", plural: "DSCPs", code: "invalid-dscp", bounds: 0...63, names: DSCP.names)
    static let mark = NumberSyntax<UInt32>(
        what: "a mark", plural: "marks", code: "invalid-mark", bounds: 0...UInt32.max,
        allowsHexadecimal: true)
    static let icmpType = NumberSyntax<UInt8>(
        what: "an ICMP type", plural: "ICMP types", code: "invalid-icmp-type", bounds: 0...0xFF)
    static let icmpCode = NumberSyntax<UInt8>(
        what: "an ICMP code", plural: "ICMP codes", code: "invalid-icmp-type", bounds: 0...0xFF)
}

extension Reading {
    /// The elements of `vlan`.
    func vlanTerms(_ value: YAMLValue) -> [VLANTerm] {
        elements(value, of: "vlan").compactMap { element in
            guard let text = text(element, of: PacketNumbers.vlan.what) else { return nil }
            switch text {
            case "any": return .tagged
            case "none": return .untagged
            default: return number(text, PacketNumbers.vlan, at: element).map(VLANTerm.ids)
            }
        }
    }

    /// The elements of `ethertype`; a name belongs to `family`.
    func etherTypes(_ value: YAMLValue) -> [ClosedRange<UInt16>] {
        elements(value, of: "ethertype").compactMap { element in
            guard let text = text(element, of: PacketNumbers.etherType.what) else { return nil }
            if let type = EtherType(name: text) {
                error(
                    "invalid-ethertype", "'\(text)' is the name of a family",
                    hint: "use \(type.hexadecimal), or 'family: \(text)'", at: element)
                return nil
            }
            return number(text, PacketNumbers.etherType, at: element)
        }
    }

    /// The elements of `family`.
    func families(_ value: YAMLValue) -> [EtherType] {
        let other = ["ip": "ipv4", "inet": "ipv4", "ip4": "ipv4", "ip6": "ipv6", "inet6": "ipv6"]
        return elements(value, of: "family").compactMap { element in
            guard let text = text(element, of: "a family") else { return nil }
            if let type = EtherType(name: text) { return type }
            let isNumber = (try? PacketNumbers.etherType.parse(text)) != nil
            error(
                "invalid-family", "unknown family '\(text.shortened)'",
                hint: isNumber
                    ? "numbers go to 'ethertype'"
                    : other[text.lowercased()].map { "did you mean '\($0)'?" }
                        ?? Suggestion.hint(for: text, among: EtherType.names.map(\.name))
                        ?? "it is one of "
                        + EtherType.names.map(\.name).joined(separator: ", "),
                at: element)
            return nil
        }
    }

    /// The elements of `ext-header`.
    func extensionHeaders(_ value: YAMLValue) -> [ExtensionHeader] {
        let nft = [
            "hbh": "hop-by-hop", "rt": "routing", "frag": "fragment", "dst": "destination",
            "mh": "mobility", "auth": "ah",
        ]
        let names = ExtensionHeader.allCases.map(\.rawValue)
        return elements(value, of: "ext-header").compactMap { element in
            guard let text = text(element, of: "an extension header") else { return nil }
            if let header = ExtensionHeader(rawValue: text) { return header }
            let hint =
                text == "esp"
                ? "use 'proto: esp'"
                : nft[text].map { "did you mean '\($0)'?" }
                    ?? Suggestion.hint(for: text, among: names)
                    ?? "it is one of " + names.joined(separator: ", ")
            error(
                "invalid-ext-header", "unknown extension header '\(text.shortened)'", hint: hint,
                at: element)
            return nil
        }
    }
}
