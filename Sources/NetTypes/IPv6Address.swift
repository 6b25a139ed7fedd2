/// An IPv6 address.
@frozen public struct IPv6Address: IPAddressFamily {
    /// The address as a number, in host order: `::1` is 1.
    public let bits: UInt128

    /// Makes an address of a number in host order.
    @inlinable public init(bits: UInt128) { self.bits = bits }

    /// The IPv4 address inside `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2), or nil.
    @inlinable public var mappedIPv4: IPv4Address? {
        guard bits >> 32 == 0xFFFF else { return nil }
        return IPv4Address(bits: UInt32(truncatingIfNeeded: bits))
    }

    /// The text form of RFC 5952: lower case, no leading zeros, the longest run of zeros cut.
    public var description: String {
        if let mapped = mappedIPv4 { return "::ffff:\(mapped)" }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard let zeros = longestZeroRun(groups) else { return text(0..<8) }
        return text(0..<zeros.lowerBound) + "::" + text(zeros.upperBound..<8)
    }

    /// The first of the longest runs of at least two zero groups.
    private func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best.count >= 2 ? best : nil
    }
}
