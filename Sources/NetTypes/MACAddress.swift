/// A link layer address of Ethernet.
@frozen public struct MACAddress: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// The address as a number: 02:00:00:00:00:01 is `0x0200_0000_0001`.
    public let bits: UInt64

    /// Makes an address of the low 48 bits of a number.
    public init(bits: UInt64) { self.bits = bits & 0xffff_ffff_ffff }

    /// Reads six pairs of hexadecimal digits with colons between them.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        var bits: UInt64 = 0
        for part in parts {
            guard part.utf8.count == 2, part.allSatisfy(\.isHexDigit),
                let byte = UInt8(part, radix: 16)
            else { return nil }
            bits = bits << 8 | UInt64(byte)
        }
        self.bits = bits
    }

    /// The bytes in network order.
    public var networkBytes: [UInt8] {
        stride(from: 40, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
    }

    /// Six pairs of hexadecimal digits: `02:00:00:00:00:01`.
    public var description: String {
        networkBytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
