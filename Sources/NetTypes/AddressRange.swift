/// The addresses from a lower to an upper one, both included.
@frozen
public struct AddressRange<Address: IPAddressFamily>: Hashable, Sendable, BitwiseCopyable,
    CustomStringConvertible
{
    /// The first address.
    public let lower: Address
    /// The last address, not below ``lower``.
    public let upper: Address

    /// Makes a range; nil when `upper` is below `lower`.
    public init?(_ lower: Address, _ upper: Address) {
        guard lower <= upper else { return nil }
        self.lower = lower
        self.upper = upper
    }

    /// The fewest prefixes that hold exactly these addresses, in order.
    ///
    /// - Complexity: At most `2 * Address.bitWidth - 2` prefixes.
    public var prefixes: [Prefix<Address>] {
        var result: [Prefix<Address>] = []
        var start = lower.bits
        while true {
            // The widest block that starts here and does not reach beyond the end.
            let remaining = upper.bits - start
            let fitting =
                remaining == .max
                ? Address.bitWidth
                : Address.bitWidth - 1 - (remaining + 1).leadingZeroBitCount
            let hostBits = min(start.trailingZeroBitCount, fitting)
            let address = Address(bits: start)
            guard let prefix = Prefix(masking: address, length: Address.bitWidth - hostBits) else {
                return result
            }
            result.append(prefix)
            guard prefix.lastAddress < upper else { return result }
            start = prefix.lastAddress.bits + 1
        }
    }

    /// `192.0.2.1-192.0.2.9`.
    public var description: String { "\(lower)-\(upper)" }
}
