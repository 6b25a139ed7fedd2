public import NetTypes

/// Fields of an IPv6 header beyond the addresses; nil means the right value.
public struct IPv6Fields: Sendable, Hashable {
    /// The version: 6.
    public var version: UInt8?
    /// DSCP and ECN.
    public var trafficClass: UInt8
    /// 20 bits.
    public var flowLabel: UInt32
    /// The length in bytes of what follows the header.
    public var payloadLength: UInt16?
    /// The header or protocol that follows.
    public var nextHeader: UInt8?
    /// Hops left.
    public var hopLimit: UInt8

    /// Right fields, but for those given.
    public init(
        version: UInt8? = nil, trafficClass: UInt8 = 0, flowLabel: UInt32 = 0,
        payloadLength: UInt16? = nil, nextHeader: UInt8? = nil, hopLimit: UInt8 = 64
    ) {
        self.version = version
        self.trafficClass = trafficClass
        self.flowLabel = flowLabel
        self.payloadLength = payloadLength
        self.nextHeader = nextHeader
        self.hopLimit = hopLimit
    }
}

extension Packet {
    /// An IPv6 header.
    public func ipv6(
        src: IPv6Address, dst: IPv6Address, _ fields: IPv6Fields = IPv6Fields()
    ) -> Packet {
        adding(IPv6Layer(addresses: src.networkBytes + dst.networkBytes, fields: fields))
    }
}

private struct IPv6Layer: PacketLayer {
    let addresses: [UInt8]
    let fields: IPv6Fields

    var ipProtocol: UInt8? { 41 }
    var linkType: UInt16? { 0x86dd }
    var pseudoHeaderAddresses: [UInt8]? { addresses }

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] {
        let word =
            UInt32(fields.version ?? 6) << 28 | UInt32(fields.trafficClass) << 20
            | fields.flowLabel & 0xfffff
        let length = fields.payloadLength ?? UInt16(truncatingIfNeeded: payload.count)
        return bigEndian(word) + bigEndian(length)
            + [fields.nextHeader ?? context.nextProtocol, fields.hopLimit] + addresses + payload
    }
}
