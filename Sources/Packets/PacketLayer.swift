/// One header of a ``Packet``.
protocol PacketLayer: Sendable {
    /// The number by which an IP header announces this layer.
    var ipProtocol: UInt8? { get }
    /// The number by which an Ethernet header announces this layer.
    var linkType: UInt16? { get }
    /// Source, then destination, for the checksums of the layers inside an IP header.
    var pseudoHeaderAddresses: [UInt8]? { get }

    /// This header, then the payload.
    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8]
}

extension PacketLayer {
    var ipProtocol: UInt8? { nil }
    var linkType: UInt16? { nil }
    var pseudoHeaderAddresses: [UInt8]? { nil }
}

/// What a layer must know of its surroundings.
struct LayerContext {
    /// The next layer inside.
    let inner: (any PacketLayer)?
    /// Addresses of the nearest IP header outside.
    let addresses: [UInt8]?

    /// What follows an IP or extension header: 59 is "no next header".
    var nextProtocol: UInt8 { inner?.ipProtocol ?? 59 }

    /// The checksum of TCP, UDP or ICMPv6 with the pseudo header of the IP layer outside.
    func checksum(_ segment: [UInt8], protocol: UInt8) -> UInt16 {
        guard let addresses else { return internetChecksum(segment) }
        // IPv6 counts in 32 bits, IPv4 in 16; the sum is the same.
        let pseudo = addresses + bigEndian(UInt32(segment.count)) + [0, 0, 0, `protocol`]
        return internetChecksum(pseudo + segment)
    }
}

/// The one's complement of the one's complement sum (RFC 1071).
func internetChecksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() {
        sum += index % 2 == 0 ? UInt32(byte) << 8 : UInt32(byte)
        sum = (sum & 0xffff) + (sum >> 16)
    }
    return ~UInt16(sum)
}

/// An integer in network order.
func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    stride(from: Value.bitWidth - 8, through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: value >> Value($0))
    }
}

extension [UInt8] {
    /// Writes a 16-bit field in network order.
    mutating func put(_ value: UInt16, at offset: Int) {
        self[offset] = UInt8(value >> 8)
        self[offset + 1] = UInt8(value & 0xff)
    }
}
