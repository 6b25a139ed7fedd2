public import NetTypes

/// What `netctl why` is asked about.
public enum WhyQuestion: Hashable, Sendable {
    /// A process.
    case process(Int32)
    /// An address, whatever the port.
    case host(IPAddress)
    /// One end of a connection; `address` nil: any.
    case end(address: IPAddress?, port: UInt16)
    /// Both ends, in either direction.
    case connection(SocketRecord.Endpoint, SocketRecord.Endpoint)

    /// Reads what a person types: `4711`, `203.0.113.5`, `203.0.113.5:443`, `[2001:db8::1]:443`,
    /// `:443`, `10.0.0.1:40000 > 10.0.0.2:443`; `to` works for `>`, and a protocol may stand before.
    ///
    /// Nil for words that are none of these.
    ///
    /// - Parameter words: The words.
    public init?(words: [String]) {
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
                self = .host(address.unmapped)
            } else if let (address, port) = Self.end(parts[0]) {
                self = .end(address: address, port: port)
            } else {
                return nil
            }
        case 3 where parts[1] == "to":
            guard let (from, fromPort) = Self.end(parts[0]), let from,
                let (to, toPort) = Self.end(parts[2]), let to
            else { return nil }
            self = .connection(
                .init(address: from, port: fromPort), .init(address: to, port: toPort))
        default:
            return nil
        }
    }

    private static func unbracketed(_ text: String) -> String {
        text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    }

    private static func end(_ text: String) -> (IPAddress?, UInt16)? {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        let host = String(text[..<colon])
        if host.isEmpty || host == "*" { return (nil, port) }
        // Without brackets, the last group of an IPv6 address would be taken for a port.
        guard host.hasPrefix("[") || !host.contains(":"),
            let address = IPAddress(unbracketed(host))
        else { return nil }
        return (address.unmapped, port)
    }

    /// Whether a flow is asked for.
    func wants(_ one: SocketRecord.Endpoint, _ other: SocketRecord.Endpoint) -> Bool {
        switch self {
        case .process: false
        case .host(let address): one.address == address || other.address == address
        case .end(let address, let port):
            [one, other].contains {
                $0.port == port && (address == nil || $0.address == address || !$0.isBound)
            }
        case .connection(let from, let to):
            (from == one && to == other) || (from == other && to == one)
        }
    }
}
