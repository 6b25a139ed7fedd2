public import NetTypes

extension Packet {
    /// An Ethernet header, with any number of VLAN tags.
    ///
    /// - Parameters:
    ///   - src: Source address.
    ///   - dst: Destination address.
    ///   - vlan: Tags from the outside in: the low 12 bits are the VLAN, the high three the
    ///     priority.
    ///   - tagType: The type of the tags: 0x8100, or 0x88a8 for the outer tag of QinQ; one for
    ///     all, or one for each. Further tags have the last one's.
    ///   - type: Overrides the type of what is inside.
    /// - Returns: A packet that begins with this header.
    public static func ethernet(
        src: MACAddress = .near, dst: MACAddress = .far,
        vlan: [UInt16] = [], tagType: [UInt16] = [0x8100], type: UInt16? = nil
    ) -> Packet {
        Packet().adding(
            EthernetLayer(
                addresses: dst.networkBytes + src.networkBytes, tags: vlan, tagTypes: tagType,
                type: type))
    }

    /// An ARP packet for IPv4 on Ethernet.
    ///
    /// - Parameters:
    ///   - operation: 1 asks, 2 answers.
    ///   - senderMAC: The sender's link layer address.
    ///   - sender: The sender's IPv4 address.
    ///   - targetMAC: The target's link layer address; zero in a question.
    ///   - target: The target's IPv4 address.
    /// - Returns: The packet with this layer inside.
    public func arp(
        operation: UInt16 = 1, senderMAC: MACAddress = .near, sender: IPv4Address,
        targetMAC: MACAddress = MACAddress(bits: 0), target: IPv4Address
    ) -> Packet {
        let fixed: [UInt8] = [0, 1, 8, 0, 6, 4]
        let from = senderMAC.networkBytes + sender.networkBytes
        let to = targetMAC.networkBytes + target.networkBytes
        return adding(ARPLayer(content: fixed + bigEndian(operation) + from + to))
    }
}

extension MACAddress {
    /// Who sends a frame that does not say who: locally administered, so nobody's.
    public static let near = MACAddress(bits: 0x0200_0000_0001)
    /// Who it is for.
    public static let far = MACAddress(bits: 0x0200_0000_0002)
}

private struct EthernetLayer: PacketLayer {
    let addresses: [UInt8]
    let tags: [UInt16]
    let tagTypes: [UInt16]
    let type: UInt16?

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] {
        var header = addresses
        for (index, tag) in tags.enumerated() {
            let tagType = index < tagTypes.count ? tagTypes[index] : tagTypes.last ?? 0x8100
            header += bigEndian(tagType) + bigEndian(tag)
        }
        return header + bigEndian(type ?? context.inner?.linkType ?? 0x88b5) + payload
    }
}

private struct ARPLayer: PacketLayer {
    let content: [UInt8]

    var linkType: UInt16? { 0x0806 }

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] { content + payload }
}
