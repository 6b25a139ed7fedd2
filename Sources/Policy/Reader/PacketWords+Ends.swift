import NetTypes
internal import Packets

/// The two ends, with their ports, and what stands between them.
extension PacketWords {
    static let arrows = ["to", ">", "->"]

    /// `to`, `>` and the like before the destination, and the words of tcpdump's ARP.
    func readSeparator(_ word: String, at place: Int) throws(PacketWordsError) -> Bool {
        let lower = word.lowercased()
        if Self.arrows.contains(lower) {
            guard next < words.count else {
                throw error("there is nothing behind '\(word)'", at: place)
            }
            return true
        }
        return packet.family == .arp && ["who-has", "tell"].contains(lower)
    }

    mutating func readEnd(
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
    func isTarget(_ place: Int) -> Bool {
        guard place > 0 else { return false }
        let word = words[place - 1].lowercased()
        return Self.arrows.contains(word) || word == "who-has"
    }

    /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    func end(
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
    func tcpdumpHint(_ word: String) -> String? {
        guard let dot = word.lastIndex(of: "."), let address = IPAddress(word[..<dot]) else {
            return nil
        }
        return "write \(address):\(word[word.index(after: dot)...])"
    }

    func address(_ text: String, at place: Int) throws(PacketWordsError) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw error("'\(text)' is not an address", at: place)
        }
        return address.unmapped
    }

    func port(_ text: String, at place: Int) throws(PacketWordsError) -> UInt16 {
        do {
            let range = try PortSyntax.parse(text)
            if range.lower == range.upper { return range.lower }
        } catch {
            throw self.error(error.message, at: place, hint: error.hint)
        }
        throw error("'\(text)' is a range, and a packet has one port", at: place)
    }
}
