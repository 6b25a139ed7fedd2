import NetTypes
internal import Packets

/// A packet in words, as people say it and as tcpdump prints it:
///
///     tcp 198.51.100.7:40000 to 203.0.113.5:23 syn
///     tcp 198.51.100.7:40000 > 203.0.113.5:23 [S]
///     udp [2001:db8::1]:53 to [2001:db8::2]:4000 vlan 7 ttl 3
///     icmpv6 fe80::1 to ff02::1 neighbour-solicit
///     arp 192.0.2.1 to 192.0.2.2
///
/// A protocol, the two ends, then flags or a type, then keys of a match with their values, in any
/// order. What is not said is filled in; see ``Packets/PacketDescription``.
public struct PacketWords {
    private let text: String
    private let words: [Substring]
    private var next = 0
    private var packet = PacketDescription()
    /// The word that said each key.
    private var places: [PacketDescription.Key: Int] = [:]

    /// Reads words.
    ///
    /// - Parameter text: The words, with blanks between them.
    /// - Returns: The frame.
    /// - Throws: ``PacketWordsError``, which shows the word that is wrong.
    public static func frame(_ text: String) throws(PacketWordsError) -> [UInt8] {
        try packet(text).frame
    }

    /// Reads words, of which some may say what is kept beside a frame.
    ///
    /// - Parameter text: The words, with blanks between them.
    /// - Returns: The frame, and the mark if one is given.
    /// - Throws: ``PacketWordsError``, which shows the word that is wrong.
    public static func packet(
        _ text: String
    ) throws(PacketWordsError) -> (frame: [UInt8], mark: UInt32?) {
        var words = PacketWords(text)
        try words.read()
        do {
            return (try words.packet.frame(), words.packet.mark)
        } catch {
            throw words.error(error.message, at: words.places[error.key] ?? 0)
        }
    }

    private init(_ text: String) {
        self.text = text
        words = text.split(whereSeparator: \.isWhitespace)
    }

    private mutating func read() throws(PacketWordsError) {
        guard !words.isEmpty else {
            throw PacketWordsError(
                "there is no packet", hint: "write tcp 198.51.100.7:40000 to 203.0.113.5:23 syn",
                text: "", start: 0, length: 0)
        }
        while next < words.count {
            let place = next
            let word = Self.stripped(words[place])
            next += 1
            guard try !readKey(word, at: place), try !readSeparator(word, at: place) else {
                continue
            }
            guard try !readProtocol(word, at: place), try !readEnd(word, at: place) else {
                continue
            }
            guard try !readFlags(word, at: place), try !readType(word, at: place) else { continue }
            throw unknown(word, at: place)
        }
    }

    /// tcpdump puts a colon or a comma behind what ends.
    private static func stripped(_ word: Substring) -> String {
        var word = word
        if word.hasSuffix(",") || word.hasSuffix(":") && !word.hasSuffix("::") { word.removeLast() }
        return String(word)
    }

    // MARK: Keys and values

    private static let aliases = ["hop-limit": "ttl", "flags": "tcp-flags", "type": "icmp-type"]

    private mutating func readKey(
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

    private mutating func read(
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

    private mutating func set<Value>(
        _ key: PacketDescription.Key,
        _ path: WritableKeyPath<PacketDescription, Value?>, _ value: Value, at place: Int
    ) throws(PacketWordsError) {
        guard packet[keyPath: path] == nil else {
            throw error("the packet already has a \(key.rawValue)", at: place)
        }
        packet[keyPath: path] = value
        places[key] = place
    }

    private func number<Value>(
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

    // MARK: The ends

    private static let arrows = ["to", ">", "->"]

    /// `to`, `>` and the like before the destination, and the words of tcpdump's ARP.
    private func readSeparator(_ word: String, at place: Int) throws(PacketWordsError) -> Bool {
        let lower = word.lowercased()
        if Self.arrows.contains(lower) {
            guard next < words.count else {
                throw error("there is nothing behind '\(word)'", at: place)
            }
            return true
        }
        return packet.family == .arp && ["who-has", "tell"].contains(lower)
    }

    private mutating func readEnd(
        _ word: String, at place: Int
    ) throws(PacketWordsError) -> Bool {
        // `[S.]` is flags.
        guard word.contains(":") || word.contains(".") && !word.hasPrefix("[") else { return false }
        let (address, port) = try end(word, at: place)
        let isSource = isTarget(place) ? packet.dst != nil : packet.src == nil
        guard packet.src == nil || packet.dst == nil else {
            throw error("a packet has two ends, and '\(word)' is a third", at: place)
        }
        try set(
            isSource ? .src : .dst, isSource ? \.src : \.dst, address, at: place)
        if let port {
            try set(
                isSource ? .sport : .dport, isSource ? \.sport : \.dport, port, at: place)
        }
        return true
    }

    /// Whether the word before says that this is the destination.
    private func isTarget(_ place: Int) -> Bool {
        guard place > 0 else { return false }
        let word = words[place - 1].lowercased()
        return Self.arrows.contains(word) || word == "who-has"
    }

    /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    private func end(
        _ word: String, at place: Int
    ) throws(PacketWordsError) -> (IPAddress, UInt16?) {
        if let address = IPAddress(word) { return (address.unmapped, nil) }
        if word.hasPrefix("["), let close = word.lastIndex(of: "]") {
            let inside = word[word.index(after: word.startIndex)..<close]
            let rest = word[word.index(after: close)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw error("'\(word)' has something behind its address", at: place)
            }
            let port = rest.isEmpty ? nil : try port(String(rest.dropFirst()), at: place)
            return (try address(String(inside), at: place), port)
        }
        guard let colon = word.lastIndex(of: ":") else {
            throw error("'\(word)' is not an address", at: place, hint: tcpdumpHint(word))
        }
        let port = try port(String(word[word.index(after: colon)...]), at: place)
        return (try address(String(word[..<colon]), at: place), port)
    }

    /// tcpdump writes the port behind a dot.
    private func tcpdumpHint(_ word: String) -> String? {
        guard let dot = word.lastIndex(of: "."), let address = IPAddress(word[..<dot]) else {
            return nil
        }
        return "write \(address):\(word[word.index(after: dot)...])"
    }

    private func address(_ text: String, at place: Int) throws(PacketWordsError) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw error("'\(text)' is not an address", at: place)
        }
        return address.unmapped
    }

    private func port(_ text: String, at place: Int) throws(PacketWordsError) -> UInt16 {
        do {
            let range = try PortSyntax.parse(text)
            if range.lower == range.upper { return range.lower }
        } catch {
            throw self.error(error.message, at: place, hint: error.hint)
        }
        throw error("'\(text)' is a range, and a packet has one port", at: place)
    }

    // MARK: Words by themselves

    private mutating func readProtocol(
        _ word: String, at place: Int
    ) throws(PacketWordsError) -> Bool {
        let name = word.lowercased()
        let families = ["ip": "ipv4", "ip6": "ipv6"]
        if let type = EtherType(name: families[name] ?? name) {
            try set(.family, \.family, type, at: place)
            return true
        }
        let protocols = ["icmp6": "icmpv6"]
        guard let proto = IPProtocol(name: protocols[name] ?? name) else { return false }
        try set(.proto, \.proto, proto, at: place)
        return true
    }

    private static let letters: [Character: TCPFlags] = [
        "F": .fin, "S": .syn, "R": .rst, "P": .psh, ".": .ack, "U": .urg, "E": .ece, "W": .cwr,
    ]

    /// `syn`, `syn,ack`, `[S.]`; several words add up.
    private mutating func readFlags(
        _ word: String, at place: Int
    ) throws(PacketWordsError) -> Bool {
        let flags: TCPFlags
        if word.hasPrefix("["), word.hasSuffix("]") {
            let inside = word.dropFirst().dropLast()
            let letters = inside == "none" ? [] : inside.map { Self.letters[$0] }
            guard letters.allSatisfy({ $0 != nil }) else {
                throw error(
                    "'\(word)' is not TCP flags as tcpdump writes them", at: place,
                    hint: "the letters are F S R P . U E W")
            }
            flags = letters.reduce(into: []) { $0.formUnion($1 ?? []) }
        } else if let term = try? TCPFlagsSyntax.parse(word.lowercased()) {
            flags = term.set
        } else {
            return false
        }
        packet.tcpFlags = (packet.tcpFlags ?? []).union(flags)
        places[.tcpFlags] = place
        return true
    }

    /// `echo-request`, `3/4`, `neighbour-solicit`.
    private mutating func readType(
        _ word: String, at place: Int
    ) throws(PacketWordsError) -> Bool {
        guard packet.proto == nil || packet.proto == .icmp || packet.proto == .icmpv6 else {
            return false
        }
        let syntax = ICMPSyntax(packet.proto.map { [$0] })
        for candidate in Self.spellings(of: word.lowercased()) {
            guard let terms = try? syntax.parse(candidate),
                let message = PacketDescription.ICMPMessage(terms)
            else { continue }
            try set(.icmpType, \.icmpType, message, at: place)
            return true
        }
        return false
    }

    /// nft's names, and what else they are called.
    private static func spellings(of word: String) -> [String] {
        let american = word.replacing("neighbour", with: "neighbor")
        let short = american.replacing("solicitation", with: "solicit")
            .replacing("advertisement", with: "advert")
        let other = ["ping": "echo-request", "pong": "echo-reply"]
        return [word, "nd-\(short)", american, other[word] ?? word]
    }

    // MARK: Errors

    private func unknown(_ word: String, at place: Int) -> PacketWordsError {
        let known =
            PacketDescription.Key.allCases.map(\.rawValue) + ["to"]
            + TCPFlags.names.map(\.name) + IPProtocol.names.map(\.name)
            + EtherType.names.map(\.name)
            + ICMPSyntax(packet.proto.map { [$0] }).protocols.flatMap { proto in
                ICMPType.names(of: proto).map(\.name)
            }
        let hint = Suggestion.hint(for: word, among: known)
        let what =
            place == 0
            ? "is no protocol, such as tcp, udp, icmp, icmpv6, sctp or arp"
            : "means nothing here"
        return error("'\(word.shortened)' \(what)", at: place, hint: hint)
    }

    private func error(
        _ message: String, at place: Int, hint: String? = nil
    ) -> PacketWordsError {
        let word = words[place]
        let shown = words.joined(separator: " ")
        return PacketWordsError(
            message, hint: hint, text: shown,
            start: words[..<place].reduce(0) { $0 + $1.count + 1 }, length: word.count)
    }
}

/// What is wrong with a packet in words, and with which word.
public struct PacketWordsError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let message: String
    private let text: String
    private let start: Int
    private let length: Int

    init(_ message: String, hint: String?, text: String, start: Int, length: Int) {
        self.message = message + (hint.map { "; \($0)" } ?? "")
        self.text = text
        self.start = start
        self.length = length
    }

    /// The message, and below it the words with a caret.
    public var description: String {
        guard !text.isEmpty, text.count <= 1000 else { return message }
        let caret =
            String(repeating: " ", count: start) + "^"
            + String(repeating: "~", count: max(0, length - 1))
        return "\(message)\n  \(text)\n  \(caret)"
    }
}
