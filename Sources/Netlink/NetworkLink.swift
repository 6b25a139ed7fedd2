/// A network interface, as rtnetlink describes it.
public struct NetworkLink: Hashable, Sendable {
    /// The interface index, unique in its network namespace.
    public let index: UInt32
    /// The name: `"eth0"`.
    public let name: String
    /// Further names that the kernel knows it by.
    public let alternativeNames: [String]
    /// The kind of a virtual link: `"veth"`, `"bridge"`; nil for hardware and loopback.
    public let kind: String?
    /// What its frames begin with, `ARPHRD_…`.
    public let hardwareType: UInt16
    /// The largest packet, in bytes, without the link layer header.
    public let mtu: UInt32
    /// `IFF_…` bits.
    public let flags: UInt32
    /// The link layer address: six bytes on Ethernet, empty if there is none.
    public let hardwareAddress: [UInt8]
    /// The index of the link below or across (`IFLA_LINK`): a veth's peer, a VLAN's parent.
    public let peerIndex: UInt32?
    /// The id, in this namespace, of the namespace that the peer is in; nil: in the same one.
    public let peerNamespaceID: Int32?
    /// The index of the bridge or bond that this link is part of.
    public let master: UInt32?
    /// The driver's name, `"virtio_net"`; nil if it names none.
    public let driver: String?
    /// The XDP programs; nil if there are none.
    public let xdp: XDPState?

    /// Whether the link is switched on (`IFF_UP`).
    public var isUp: Bool { flags & 1 != 0 }
    /// Whether it is on and has a carrier (`IFF_LOWER_UP`).
    public var hasCarrier: Bool { flags & 1 << 16 != 0 }
    /// Whether it is the loopback interface (`IFF_LOOPBACK`).
    public var isLoopback: Bool { flags & 1 << 3 != 0 }

    /// Whether its frames begin with an Ethernet header; those of tun and wireguard do not.
    public var hasEthernetHeader: Bool { [Self.ethernet, Self.loopback].contains(hardwareType) }

    private static let ethernet: UInt16 = 1  // ARPHRD_ETHER
    private static let loopback: UInt16 = 772  // ARPHRD_LOOPBACK

    /// The link layer address as text, `"02:fc:00:00:00:01"`; nil if there is none.
    public var hardwareAddressText: String? {
        guard !hardwareAddress.isEmpty else { return nil }
        return hardwareAddress.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined(separator: ":")
    }
}
