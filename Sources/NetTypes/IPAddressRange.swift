/// A range of addresses of either IP version, never of both.
@frozen public enum IPAddressRange: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// A range of IPv4 addresses.
    case v4(AddressRange<IPv4Address>)
    /// A range of IPv6 addresses.
    case v6(AddressRange<IPv6Address>)

    /// Makes a range of two addresses of one version.
    ///
    /// - Parameters:
    ///   - lower: The first address.
    ///   - upper: The last address.
    /// - Throws: ``IPAddressRangeError``.
    public init(_ lower: IPAddress, _ upper: IPAddress) throws(IPAddressRangeError) {
        switch (lower, upper) {
        case (.v4(let lower), .v4(let upper)):
            guard let range = AddressRange(lower, upper) else { throw .reversed }
            self = .v4(range)
        case (.v6(let lower), .v6(let upper)):
            guard let range = AddressRange(lower, upper) else { throw .reversed }
            self = .v6(range)
        default: throw .mixedVersions
        }
    }

    /// The IPv4 range where both ends are mapped into IPv6, else itself.
    public var unmapped: IPAddressRange {
        guard case .v6(let range) = self, let lower = range.lower.mappedIPv4,
            let upper = range.upper.mappedIPv4, let result = AddressRange(lower, upper)
        else { return self }
        return .v4(result)
    }

    /// The fewest prefixes that hold exactly these addresses, in order.
    public var prefixes: [IPPrefix] {
        switch self {
        case .v4(let range): return range.prefixes.map(IPPrefix.v4)
        case .v6(let range): return range.prefixes.map(IPPrefix.v6)
        }
    }

    /// `192.0.2.1-192.0.2.9`.
    public var description: String {
        switch self {
        case .v4(let range): return range.description
        case .v6(let range): return range.description
        }
    }
}

/// Why two addresses are not an ``IPAddressRange``.
public enum IPAddressRangeError: Error, Hashable, Sendable {
    /// The upper address is below the lower.
    case reversed
    /// One address is IPv4, the other IPv6.
    case mixedVersions
}
