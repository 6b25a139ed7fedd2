public import NetTypes

/// What `netctl why` is asked about.
public enum WhyQuestion: Hashable, Sendable {
    /// A process.
    case process(Int32)
    /// A host's addresses, whatever the port.
    case host([IPAddress])
    /// One end of a connection, with any of these addresses; nil: with any at all.
    case end(addresses: [IPAddress]?, port: UInt16)
    /// Both ends, in either direction.
    case connection(SocketRecord.Endpoint, SocketRecord.Endpoint)

    /// Reads what a person types: `4711`, `203.0.113.5`, `203.0.113.5:443`, `[2001:db8::1]:443`,
    /// `:443`, `db.example:5432`, `10.0.0.1:40000 > 10.0.0.2:443`; `to` works for `>`, and a protocol may
    /// stand before.
    ///
    /// Nil for words that are none of these.
    ///
    /// - Parameters:
    ///   - words: The words.
    ///   - resolve: Gives the addresses of a host by its name; none: there are no names.
    /// - Throws: What `resolve` throws.
    public init?<Failure>(
        words: [String], resolve: (String) throws(Failure) -> [IPAddress]
    ) throws(Failure) {
        var parts = words.joined(separator: " ").replacing(">", with: " to ")
            .replacing(" - ", with: " to ").split(separator: " ").map(String.init)
        if let first = parts.first, ["tcp", "udp"].contains(first.lowercased()) {
            parts.removeFirst()
        }
        switch parts.count {
        case 1:
            if let pid = Int32(parts[0]), pid > 0 {
                self = .process(pid)
            } else if let address = IPAddress(Self.unbracketed(parts[0])) {
                self = .host([address.unmapped])
            } else if Self.isName(parts[0]) {
                self = .host(try resolve(parts[0]))
            } else if let (host, port) = Self.end(parts[0]) {
                guard let host else {
                    self = .end(addresses: nil, port: port)
                    return
                }
                if let address = IPAddress(host) {
                    self = .end(addresses: [address.unmapped], port: port)
                } else if Self.isName(host) {
                    self = .end(addresses: try resolve(host), port: port)
                } else {
                    return nil
                }
            } else {
                return nil
            }
        case 3 where parts[1] == "to":
            guard let (from, fromPort) = Self.end(parts[0]), let (to, toPort) = Self.end(parts[2]),
                let from = from.flatMap({ IPAddress($0) }), let to = to.flatMap({ IPAddress($0) })
            else { return nil }
            self = .connection(
                .init(address: from.unmapped, port: fromPort),
                .init(address: to.unmapped, port: toPort))
        default:
            return nil
        }
    }

    private static func unbracketed(_ text: String) -> String {
        text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    }

    /// Whether this can be the name of a host: a letter in it, and nothing that names have not.
    private static func isName(_ text: String) -> Bool {
        text.contains { $0.isLetter }
            && text.utf8.allSatisfy { byte in
                byte.isASCIILetterOrDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                    || byte == UInt8(ascii: "_")
            }
    }

    /// The host, nil for any, and the port.
    private static func end(_ text: String) -> (String?, UInt16)? {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        let host = String(text[..<colon])
        if host.isEmpty || host == "*" { return (nil, port) }
        // Without brackets, the last group of an IPv6 address would be taken for a port.
        guard host.hasPrefix("[") || !host.contains(":") else { return nil }
        return (unbracketed(host), port)
    }

    /// Whether a flow is asked for.
    func wants(_ one: SocketRecord.Endpoint, _ other: SocketRecord.Endpoint) -> Bool {
        switch self {
        case .process: false
        case .host(let addresses): [one, other].contains { addresses.contains($0.address) }
        case .end(let addresses, let port):
            [one, other].contains {
                $0.port == port && (addresses?.contains($0.address) != false || !$0.isBound)
            }
        case .connection(let from, let to):
            (from == one && to == other) || (from == other && to == one)
        }
    }
}

extension UInt8 {
    fileprivate var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
