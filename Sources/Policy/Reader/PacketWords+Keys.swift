import NetTypes
internal import Packets

/// Keys of a match with their values.
extension PacketWords {
    static let aliases = ["hop-limit": "ttl", "flags": "tcp-flags", "type": "icmp-type"]

    mutating func readKey(
        _ word: String, at place: Int
    ) throws(PacketWordsError) -> Bool {
        let name = Self.aliases[word.lowercased()] ?? word
        guard let key = PacketDescription.Key(rawValue: name) else { return false }
        if key == .fragment, next == words.count || !["true", "false"].contains(words[next]) {
            try set(.fragment, \.fragment, true, at: place)
            return true
        }
        guard next < words.count else {
            throw error("'\(word)' has no value", at: place)
        }
        let value = Self.stripped(words[next])
        next += 1
        try read(value, of: key, at: next - 1)
        return true
    }

    mutating func read(
        _ value: String, of key: PacketDescription.Key, at place: Int
    ) throws(PacketWordsError) {
        switch key {
        case .src: try set(key, \.src, address(value, at: place), at: place)
        case .dst: try set(key, \.dst, address(value, at: place), at: place)
        case .proto:
            guard try readProtocol(value, at: place) else {
                guard let number = Decimal.parse(value).flatMap(UInt8.init(exactly:)) else {
                    throw error(
                        "'\(value)' is not a protocol", at: place,
                        hint: Suggestion.hint(for: value, among: IPProtocol.names.map(\.name)))
                }
                return try set(key, \.proto, IPProtocol(number: number), at: place)
            }
        case .sport: try set(key, \.sport, port(value, at: place), at: place)
        case .dport: try set(key, \.dport, port(value, at: place), at: place)
        case .tcpFlags:
            guard try readFlags(value, at: place) else {
                throw error("'\(value)' is not a list of TCP flags", at: place)
            }
        case .icmpType:
            guard try readType(value, at: place) else {
                throw error("'\(value)' is not an ICMP type", at: place)
            }
        case .family:
            guard let type = EtherType(name: value) else {
                throw error(
                    "'\(value)' is not a family", at: place,
                    hint: Suggestion.hint(for: value, among: EtherType.names.map(\.name)))
            }
            try set(key, \.family, type, at: place)
        case .etherType:
            let number = try number(value, PacketNumbers.etherType, at: place)
            try set(key, \.etherType, EtherType(rawValue: number), at: place)
        case .vlan:
            guard value != "none" else { return }
            try set(key, \.vlan, number(value, PacketNumbers.vlan, at: place), at: place)
        case .fragment: try set(key, \.fragment, value == "true", at: place)
        case .length:
            try set(key, \.length, number(value, PacketNumbers.length, at: place), at: place)
        case .ttl: try set(key, \.ttl, number(value, PacketNumbers.ttl, at: place), at: place)
        case .dscp: try set(key, \.dscp, number(value, PacketNumbers.dscp, at: place), at: place)
        case .mark: try set(key, \.mark, number(value, PacketNumbers.mark, at: place), at: place)
        case .extHeader:
            guard let header = ExtensionHeader(rawValue: value) else {
                let names = ExtensionHeader.allCases.map(\.rawValue)
                throw error(
                    "'\(value)' is not an extension header", at: place,
                    hint: Suggestion.hint(for: value, among: names))
            }
            try set(key, \.extHeader, header, at: place)
        }
    }

    mutating func set<Value>(
        _ key: PacketDescription.Key,
        _ path: WritableKeyPath<PacketDescription, Value?>, _ value: Value, at place: Int
    ) throws(PacketWordsError) {
        guard packet[keyPath: path] == nil else {
            throw error("the packet already has a \(key.rawValue)", at: place)
        }
        packet[keyPath: path] = value
        places[key] = place
    }

    func number<Value>(
        _ text: String, _ syntax: NumberSyntax<Value>, at place: Int
    ) throws(PacketWordsError) -> Value {
        do {
            let range = try syntax.parse(text)
            if range.lowerBound == range.upperBound { return range.lowerBound }
        } catch {
            throw self.error(error.message, at: place, hint: error.hint)
        }
        throw error("'\(text)' is a range, and a packet has one value", at: place)
    }
}
