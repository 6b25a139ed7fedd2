internal import CLibmnl

/// A message about a qdisc or filter, its `struct tcmsg` read.
struct TrafficControlHeader {
    let interfaceIndex: UInt32
    let handle: UInt32
    let parent: UInt32
    /// Of a filter: the priority in the upper half, in the lower the protocol in network order.
    let info: UInt32
    let attributes: Attributes

    /// Reads a message that must be of a type.
    init(_ message: NetlinkMessage, type: Int32) throws(NetlinkFailure) {
        guard Int32(message.type) == type else {
            throw .malformed("message type \(message.type) instead of \(type)")
        }
        let bytes = message.payload
        guard let index: UInt32 = bytes.load(at: 4), let handle: UInt32 = bytes.load(at: 8),
            let parent: UInt32 = bytes.load(at: 12), let info: UInt32 = bytes.load(at: 16)
        else { throw .malformed("traffic control message without its header") }
        interfaceIndex = index
        self.handle = handle
        self.parent = parent
        self.info = info
        attributes = try Attributes(bytes.dropping(TrafficControlHeader.length))
    }

    /// `TCA_KIND`, which is never absent.
    func kind() throws(NetlinkFailure) -> String {
        guard let kind = attributes.string(Int(TCA_KIND)), !kind.isEmpty else {
            throw .malformed("traffic control message without a kind")
        }
        return kind
    }

    /// `sizeof(struct tcmsg)`.
    private static let length = 20
}

extension MessageBuilder {
    /// A request about qdiscs or filters: `struct tcmsg` follows the header.
    static func trafficControl(
        type: Int32, flags: Int32, interfaceIndex: UInt32 = 0, handle: UInt32 = 0,
        parent: UInt32 = 0, info: UInt32 = 0
    ) -> MessageBuilder {
        var message = MessageBuilder(type: type, flags: flags)
        message.append(UInt32(0))  // family, padding
        message.append(interfaceIndex)
        message.append(handle)
        message.append(parent)
        message.append(info)
        return message
    }
}
