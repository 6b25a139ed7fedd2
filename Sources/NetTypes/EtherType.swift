/// The protocol that an Ethernet frame carries.
@frozen
public struct EtherType: Hashable, Comparable, Sendable, BitwiseCopyable,
    CustomStringConvertible
{
    /// The number, in host order: 0x0800 for IPv4.
    public let rawValue: UInt16

    /// A type by number.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A type by name, as `family` takes it.
    public init?(name: String) {
        guard let entry = Self.names.first(where: { $0.name == name }) else { return nil }
        self = entry.type
    }

    /// Internet protocol, version 4.
    public static let ipv4 = EtherType(rawValue: 0x0800)
    /// Internet protocol, version 6.
    public static let ipv6 = EtherType(rawValue: 0x86dd)
    /// Address resolution.
    public static let arp = EtherType(rawValue: 0x0806)

    /// The names of `family`; linux/if_ether.h has the numbers.
    public static let names: [(name: String, type: EtherType)] = [
        ("ipv4", .ipv4), ("ipv6", .ipv6), ("arp", .arp),
        ("rarp", EtherType(rawValue: 0x8035)), ("mpls", EtherType(rawValue: 0x8847)),
        ("lldp", EtherType(rawValue: 0x88cc)), ("pppoe", EtherType(rawValue: 0x8864)),
        ("eapol", EtherType(rawValue: 0x888e)), ("ptp", EtherType(rawValue: 0x88f7)),
    ]

    /// By number.
    @inlinable public static func < (left: EtherType, right: EtherType) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The name, or the number in hexadecimal: `0x88b5`.
    public var description: String {
        Self.names.first { $0.type == self }?.name ?? hexadecimal
    }

    /// The number: `0x0800`.
    public var hexadecimal: String {
        let digits = String(rawValue, radix: 16)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
