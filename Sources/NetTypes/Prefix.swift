/// A network: an address whose host bits are zero, and the number of bits that count.
///
/// Ordered by address, then by length, so that a prefix comes right before those inside it.
@frozen
public struct Prefix<Address: IPAddressFamily>: Hashable, Comparable, Sendable,
    BitwiseCopyable, CustomStringConvertible
{
    /// The first address of the network.
    public let address: Address
    @usableFromInline let storedLength: UInt8

    /// The number of leading bits that count, in `0...Address.bitWidth`.
    @inlinable public var length: Int { Int(storedLength) }

    /// Makes a prefix of an address that has no host bits.
    ///
    /// - Parameters:
    ///   - address: The first address of the network.
    ///   - length: The number of leading bits that count.
    /// - Throws: ``PrefixError``; for host bits it carries the prefix that was probably meant.
    @inlinable public init(_ address: Address, length: Int) throws(PrefixError<Address>) {
        guard let prefix = Prefix(masking: address, length: length) else {
            throw .lengthOutOfRange(length)
        }
        guard prefix.address.bits == address.bits else { throw .hostBitsSet(corrected: prefix) }
        self = prefix
    }

    /// Makes the prefix of `length` bits that holds `address`; nil when the length is impossible.
    @inlinable public init?(masking address: Address, length: Int) {
        guard length >= 0, length <= Address.Bits.bitWidth else { return nil }
        self.address = Address(bits: address.bits & Self.mask(length))
        self.storedLength = UInt8(truncatingIfNeeded: length)
    }

    /// Makes the prefix that holds one address.
    @inlinable public init(_ address: Address) {
        self.address = address
        self.storedLength = UInt8(truncatingIfNeeded: Address.Bits.bitWidth)
    }

    /// The `length` leading bits set: `mask(8)` is 255.0.0.0 for IPv4.
    @inlinable static func mask(_ length: Int) -> Address.Bits {
        // A smart shift: by the whole width it gives 0.
        ~Address.Bits.zero << (Address.Bits.bitWidth - length)
    }

    /// The last address of the network.
    @inlinable public var lastAddress: Address { Address(bits: address.bits | ~Self.mask(length)) }

    /// Whether `other` lies inside this network.
    @inlinable public func contains(_ other: Address) -> Bool {
        other.bits & Self.mask(length) == address.bits
    }

    /// Whether all of `other` lies inside this network.
    @inlinable public func contains(_ other: Prefix) -> Bool {
        storedLength <= other.storedLength && contains(other.address)
    }

    /// Orders by address, then by length.
    @inlinable public static func < (left: Prefix, right: Prefix) -> Bool {
        left.address.bits != right.address.bits
            ? left.address.bits < right.address.bits : left.storedLength < right.storedLength
    }

    /// CIDR notation, `/32` and `/128` included.
    public var description: String { "\(address)/\(length)" }
}

/// Why an address and a length do not make a ``Prefix``.
public enum PrefixError<Address: IPAddressFamily>: Error, Hashable, Sendable {
    /// The length is not in `0...Address.bitWidth`.
    case lengthOutOfRange(Int)
    /// The address has bits set beyond the length.
    case hostBitsSet(corrected: Prefix<Address>)
}
