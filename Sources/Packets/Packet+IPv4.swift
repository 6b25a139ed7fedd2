public import NetTypes

/// Fields of an IPv4 header beyond the addresses; nil means the right value.
public struct IPv4Fields: Sendable, Hashable {
    /// The version: 4.
    public var version: UInt8?
    /// The header's length in 32-bit words.
    public var headerWords: UInt8?
    /// DSCP and ECN.
    public var trafficClass: UInt8
    /// The packet's length in bytes, header included.
    public var totalLength: UInt16?
    /// Identification, which fragments of one packet share.
    public var identification: UInt16
    /// The reserved, "don't fragment" and "more fragments" bits: 4, 2, 1.
    public var flags: UInt8
    /// Where a fragment begins, in units of eight bytes.
    public var fragmentOffset: UInt16
    /// Hops left.
    public var timeToLive: UInt8
    /// The protocol inside.
    public var `protocol`: UInt8?
    /// The header's checksum.
    public var checksum: UInt16?
    /// Options; filled up with zeros to 32 bits.
    public var options: [UInt8]

    /// Right fields, but for those given.
    public init(
        version: UInt8? = nil, headerWords: UInt8? = nil, trafficClass: UInt8 = 0,
        totalLength: UInt16? = nil, identification: UInt16 = 0, flags: UInt8 = 0,
        fragmentOffset: UInt16 = 0, timeToLive: UInt8 = 64, protocol: UInt8? = nil,
        checksum: UInt16? = nil, options: [UInt8] = []
    ) {
        self.version = version
        self.headerWords = headerWords
        self.trafficClass = trafficClass
        self.totalLength = totalLength
        self.identification = identification
        self.flags = flags
        self.fragmentOffset = fragmentOffset
        self.timeToLive = timeToLive
        self.protocol = `protocol`
        self.checksum = checksum
        self.options = options
    }
}

extension Packet {
    /// An IPv4 header.
    ///
    ///     .ipv4(src: source, dst: destination, IPv4Fields(headerWords: 3))
    public func ipv4(
        src: IPv4Address, dst: IPv4Address, _ fields: IPv4Fields = IPv4Fields()
    ) -> Packet {
        adding(IPv4Layer(addresses: src.networkBytes + dst.networkBytes, fields: fields))
    }
}

private struct IPv4Layer: PacketLayer {
    let addresses: [UInt8]
    let fields: IPv4Fields

    var ipProtocol: UInt8? { 4 }
    var linkType: UInt16? { 0x0800 }
    var pseudoHeaderAddresses: [UInt8]? { addresses }

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - fields.options.count % 4) % 4)
        let options = fields.options + padding
        let length = 20 + options.count
        let words = fields.headerWords ?? UInt8(length / 4)
        var header: [UInt8] = [(fields.version ?? 4) << 4 | words & 0xf, fields.trafficClass]
        header += bigEndian(
            fields.totalLength ?? UInt16(truncatingIfNeeded: length + payload.count))
        header += bigEndian(fields.identification)
        header += bigEndian(UInt16(fields.flags) << 13 | fields.fragmentOffset & 0x1fff)
        header += [fields.timeToLive, fields.protocol ?? context.nextProtocol, 0, 0]
        header += addresses + options
        header.put(fields.checksum ?? internetChecksum(header), at: 10)
        return header + payload
    }
}
