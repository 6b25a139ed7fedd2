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
    let words: [Substring]
    var next = 0
    var packet = PacketDescription()
    /// The word that said each key.
    var places: [PacketDescription.Key: Int] = [:]

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
        words = text.split(whereSeparator: \.isWhitespace)
    }

    mutating func read() throws(PacketWordsError) {
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
    static func stripped(_ word: Substring) -> String {
        var word = word
        if word.hasSuffix(",") || word.hasSuffix(":") && !word.hasSuffix("::") { word.removeLast() }
        return String(word)
    }

    func unknown(_ word: String, at place: Int) -> PacketWordsError {
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

    func error(
        _ message: String, at place: Int, hint: String? = nil
    ) -> PacketWordsError {
        let word = words[place]
        let shown = words.joined(separator: " ")
        return PacketWordsError(
            message, hint: hint, text: shown,
            start: words[..<place].reduce(0) { $0 + $1.count + 1 }, length: word.count)
    }
}
