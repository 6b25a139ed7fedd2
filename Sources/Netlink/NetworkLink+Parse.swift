internal import CLibmnl

extension NetworkLink {
    /// Reads an `RTM_NEWLINK` message: `struct ifinfomsg`, then attributes.
    ///
    /// - Parameters:
    ///   - message: The reply.
    ///   - driver: Answers an interface's driver by its name.
    /// - Throws: What is malformed.
    package init(_ message: NetlinkMessage, driver: (String) -> String?) throws(NetlinkFailure) {
        guard Int(message.type) == Int(RTM_NEWLINK) else {
            throw .malformed("message type \(message.type) instead of a link")
        }
        let header = message.payload
        guard header.count >= NetworkLink.headerLength, let index: Int32 = header.load(at: 4),
            let flags: UInt32 = header.load(at: 8), let hardwareType: UInt16 = header.load(at: 2),
            index > 0
        else { throw .malformed("link without its header") }
        let attributes = try Attributes(header.dropping(NetworkLink.headerLength))
        guard let name = attributes.string(Int(IFLA_IFNAME)), !name.isEmpty else {
            throw .malformed("link without a name")
        }
        self.index = UInt32(index)
        self.name = name
        self.hardwareType = hardwareType
        self.flags = flags
        mtu = attributes.integer(Int(IFLA_MTU)) ?? 0
        hardwareAddress = attributes[Int(IFLA_ADDRESS)]?.array ?? []
        peerIndex = attributes.integer(Int(IFLA_LINK)).flatMap { $0 == 0 ? nil : $0 }
        peerNamespaceID = attributes.integer(Int(IFLA_LINK_NETNSID))
        master = attributes.integer(Int(IFLA_MASTER))
        kind = try attributes.nested(Int(IFLA_LINKINFO))?.string(Int(IFLA_INFO_KIND))
        alternativeNames =
            try attributes.nested(Int(IFLA_PROP_LIST))?.all
            .filter { $0.type == Int(IFLA_ALT_IFNAME) }.map(\.value.string) ?? []
        xdp = try attributes.nested(Int(IFLA_XDP)).flatMap { XDPState($0) }
        self.driver = driver(name)
    }

    /// `sizeof(struct ifinfomsg)`.
    private static let headerLength = 16
}
