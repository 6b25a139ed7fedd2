/// An address of one IP version: ``IPv4Address`` or ``IPv6Address``.
///
/// The bits are an integer in host order, so that comparing addresses compares numbers.
/// ``networkBytes`` is the order of the wire.
public protocol IPAddressFamily: Hashable, Comparable, Sendable, BitwiseCopyable,
    CustomStringConvertible
{
    /// An unsigned integer as wide as the address.
    associatedtype Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable

    /// The address as a number, in host order.
    var bits: Bits { get }

    /// Makes an address of a number in host order.
    init(bits: Bits)

    /// Reads the longest address that starts at `index`, and moves `index` behind it.
    ///
    /// What follows the address is the caller's business. When there is no address, `index`
    /// stays where it is.
    ///
    /// - Parameters:
    ///   - bytes: ASCII text.
    ///   - index: Where to start, in `0...bytes.count`.
    /// - Returns: The address, or nil when none starts at `index`.
    static func scan(_ bytes: Span<UInt8>, at index: inout Int) -> Self?
}

extension IPAddressFamily {
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

    /// The number of bits: 32 or 128.
    @inlinable public static var bitWidth: Int { Bits.bitWidth }

    /// The bytes in network order, the most significant first.
    public var networkBytes: [UInt8] {
        let width = Bits.bitWidth
        return stride(from: width - 8, through: 0, by: -8).map { shift in
            UInt8(truncatingIfNeeded: bits >> Bits(shift))
        }
    }

    /// Orders by value: 10.0.0.2 comes before 10.0.0.10.
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }
}
