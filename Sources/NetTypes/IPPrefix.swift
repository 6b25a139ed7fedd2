/// A prefix of either IP version.
@frozen public enum IPPrefix: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// An IPv4 prefix.
    case v4(Prefix<IPv4Address>)
    /// An IPv6 prefix.
    case v6(Prefix<IPv6Address>)

    /// Makes the prefix that holds one address.
    public init(_ address: IPAddress) {
        switch address {
        case .v4(let address): self = .v4(Prefix(address))
        case .v6(let address): self = .v6(Prefix(address))
        }
    }

    /// Makes a prefix of an address that has no host bits.
    ///
    /// - Parameters:
    ///   - address: The first address of the network.
    ///   - length: The number of leading bits that count.
    /// - Throws: ``IPPrefixError``; for host bits it carries the prefix that was probably meant.
    public init(_ address: IPAddress, length: Int) throws(IPPrefixError) {
        switch address {
        case .v4(let address):
            guard let prefix = Prefix(masking: address, length: length) else {
                throw .lengthOutOfRange(length, maximum: 32)
            }
            guard prefix.address == address else { throw .hostBitsSet(corrected: .v4(prefix)) }
            self = .v4(prefix)
        case .v6(let address):
            guard let prefix = Prefix(masking: address, length: length) else {
                throw .lengthOutOfRange(length, maximum: 128)
            }
            guard prefix.address == address else { throw .hostBitsSet(corrected: .v6(prefix)) }
            self = .v6(prefix)
        }
    }

    /// Reads an address or a prefix in CIDR notation from text that holds nothing else.
    ///
    /// - Parameter bytes: ASCII text; the length has no sign and no leading zero.
    /// - Throws: ``IPPrefixError``.
    public init(bytes: Span<UInt8>) throws(IPPrefixError) {
        var index = 0
        guard let address = IPAddress.scan(bytes, at: &index) else { throw .notAnAddress }
        if index == bytes.count {
            self.init(address)
            return
        }
        guard bytes[index] == UInt8(ascii: "/") else { throw .notAnAddress }
        index += 1
        guard let length = Decimal.scan(bytes, at: &index), index == bytes.count else {
            throw .lengthNotANumber
        }
        try self.init(address, length: length)
    }

    /// Reads an address or a prefix in CIDR notation from text that holds nothing else.
    ///
    /// - Parameter text: The text, such as `10.0.0.0/8`.
    /// - Throws: ``IPPrefixError``.
    public init(_ text: some StringProtocol) throws(IPPrefixError) {
        let bytes = Array(text.utf8)
        try self.init(bytes: bytes.span)
    }

    /// The IPv4 prefix where this is one mapped into IPv6 (`::ffff:a.b.c.d/96+n`), else itself.
    public var unmapped: IPPrefix {
        guard case .v6(let prefix) = self, prefix.length >= 96,
            let mapped = prefix.address.mappedIPv4,
            let result = Prefix(masking: mapped, length: prefix.length - 96)
        else { return self }
        return .v4(result)
    }

    /// Whether the two have any address in common: one lies inside the other.
    public func overlaps(_ other: IPPrefix) -> Bool {
        switch (self, other) {
        case (.v4(let left), .v4(let right)): left.contains(right) || right.contains(left)
        case (.v6(let left), .v6(let right)): left.contains(right) || right.contains(left)
        default: false
        }
    }

    /// Whether an address of the same family begins with the prefix.
    ///
    /// - Parameter address: Any address; an IPv4-mapped one is an IPv6 one.
    /// - Returns: `false` for an address of the other family.
    public func contains(_ address: IPAddress) -> Bool {
        switch (self, address) {
        case (.v4(let prefix), .v4(let address)): prefix.contains(address)
        case (.v6(let prefix), .v6(let address)): prefix.contains(address)
        default: false
        }
    }

    /// CIDR notation, `/32` and `/128` included.
    public var description: String {
        switch self {
        case .v4(let prefix): return prefix.description
        case .v6(let prefix): return prefix.description
        }
    }
}

/// Why a text is not an ``IPPrefix``.
public enum IPPrefixError: Error, Hashable, Sendable {
    /// What stands before the slash, or alone, is not an address.
    case notAnAddress
    /// What stands behind the slash is not a decimal number without leading zeros.
    case lengthNotANumber
    /// The length is longer than an address of this version.
    case lengthOutOfRange(Int, maximum: Int)
    /// The address has bits set beyond the length.
    case hostBitsSet(corrected: IPPrefix)
}
