/// An address of either IP version.
@frozen public enum IPAddress: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// An IPv4 address.
    case v4(IPv4Address)
    /// An IPv6 address.
    case v6(IPv6Address)

    /// Reads the longest address that starts at `index`, and moves `index` behind it.
    ///
    /// - Parameters:
    ///   - bytes: ASCII text.
    ///   - index: Where to start; moved behind the address when there is one.
    /// - Returns: The address, or nil when none starts at `index`.
    public static func scan(_ bytes: Span<UInt8>, at index: inout Int) -> IPAddress? {
        if let address = IPv4Address.scan(bytes, at: &index) { return .v4(address) }
        return IPv6Address.scan(bytes, at: &index).map(IPAddress.v6)
    }

    /// Reads an address from text that holds nothing else.
    public init?(bytes: Span<UInt8>) {
        var index = 0
        guard let address = Self.scan(bytes, at: &index), index == bytes.count else { return nil }
        self = address
    }

    /// Reads an address from text that holds nothing else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        self.init(bytes: bytes.span)
    }

    /// The IPv4 address where this is one mapped into IPv6 (`::ffff:a.b.c.d`), else itself.
    public var unmapped: IPAddress {
        guard case .v6(let address) = self, let mapped = address.mappedIPv4 else { return self }
        return .v4(mapped)
    }

    /// The bytes in network order: 4 or 16.
    public var networkBytes: [UInt8] {
        switch self {
        case .v4(let address): return address.networkBytes
        case .v6(let address): return address.networkBytes
        }
    }

    /// The usual text form (dotted quad, RFC 5952).
    public var description: String {
        switch self {
        case .v4(let address): return address.description
        case .v6(let address): return address.description
        }
    }
}
