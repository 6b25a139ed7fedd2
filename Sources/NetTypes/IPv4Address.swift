/// An IPv4 address.
@frozen public struct IPv4Address: IPAddressFamily {
    /// The address as a number, in host order: 192.0.2.1 is `0xC0000201`.
    public let bits: UInt32

    /// Makes an address of a number in host order.
    @inlinable public init(bits: UInt32) { self.bits = bits }

    /// Reads a dotted quad without leading zeros.
    ///
    /// `010.0.0.1` is refused: it means 8.0.0.1 to `inet_aton` and 10.0.0.1 to others.
    ///
    /// - Parameters:
    ///   - bytes: ASCII text.
    ///   - index: Where to start; moved behind the address when there is one.
    /// - Returns: The address, or nil when none starts at `index`.
    public static func scan(_ bytes: Span<UInt8>, at index: inout Int) -> IPv4Address? {
        var bits: UInt32 = 0
        var cursor = index
        let end = bytes.count
        for octet in 0..<4 {
            if octet > 0 {
                guard cursor < end, bytes[cursor] == UInt8(ascii: ".") else { return nil }
                cursor += 1
            }
            guard cursor < end else { return nil }
            var value = UInt32(bytes[cursor] &- UInt8(ascii: "0"))
            guard value <= 9 else { return nil }
            cursor += 1
            let mayContinue = value != 0
            while cursor < end {
                let digit = UInt32(bytes[cursor] &- UInt8(ascii: "0"))
                guard digit <= 9 else { break }
                value = value &* 10 &+ digit
                guard mayContinue, value <= 255 else { return nil }
                cursor += 1
            }
            bits = bits << 8 | value
        }
        index = cursor
        return IPv4Address(bits: bits)
    }

    /// The dotted quad.
    public var description: String {
        "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
    }
}
