@_exported public import NetTypes
@_exported public import Packets

/// Packets of tests name addresses by text. A bad literal ends the process: it is a mistake in a
/// test.
extension Packet {
    /// An IPv4 header.
    public func ipv4(
        src: String = "10.0.0.1", dst: String = "10.0.0.2", _ fields: IPv4Fields = IPv4Fields()
    ) -> Packet {
        ipv4(src: literal(src) as IPv4Address, dst: literal(dst), fields)
    }

    /// A packet that begins with an IPv4 header, as cgroup hooks see it.
    public static func ipv4(
        src: String = "10.0.0.1", dst: String = "10.0.0.2", _ fields: IPv4Fields = IPv4Fields()
    ) -> Packet {
        Packet().ipv4(src: src, dst: dst, fields)
    }

    /// An IPv6 header.
    public func ipv6(
        src: String = "fd00::1", dst: String = "fd00::2", _ fields: IPv6Fields = IPv6Fields()
    ) -> Packet {
        ipv6(src: literal(src) as IPv6Address, dst: literal(dst), fields)
    }

    /// A packet that begins with an IPv6 header, as cgroup hooks see it.
    public static func ipv6(
        src: String = "fd00::1", dst: String = "fd00::2", _ fields: IPv6Fields = IPv6Fields()
    ) -> Packet {
        Packet().ipv6(src: src, dst: dst, fields)
    }

    /// An ARP question.
    public func arp(sender: String, target: String) -> Packet {
        arp(sender: literal(sender), target: literal(target))
    }
}

private func literal<Address: IPAddressFamily>(_ text: String) -> Address {
    guard let address = Address(text) else {
        preconditionFailure("'\(text)' is no \(Address.self)")
    }
    return address
}
