import NetTypes
internal import Packets

/// Words that stand by themselves: protocols, flags, types.
extension PacketWords {
    mutating func readProtocol(
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

    static let letters: [Character: TCPFlags] = [
        "F": .fin, "S": .syn, "R": .rst, "P": .psh, ".": .ack, "U": .urg, "E": .ece, "W": .cwr,
    ]

    /// `syn`, `syn,ack`, `[S.]`; several words add up.
    mutating func readFlags(
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
    mutating func readType(
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
    static func spellings(of word: String) -> [String] {
        let american = word.replacing("neighbour", with: "neighbor")
        let short = american.replacing("solicitation", with: "solicit")
            .replacing("advertisement", with: "advert")
        let other = ["ping": "echo-request", "pong": "echo-reply"]
        return [word, "nd-\(short)", american, other[word] ?? word]
    }
}
