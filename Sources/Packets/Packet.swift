/// A packet as a list of layers:
///
///     Packet.ethernet(vlan: [10]).ipv4(src: source, dst: destination).udp(sport: 1, dport: 53)
///
/// Lengths, type fields and checksums are right unless a layer overrides them, so a lying header
/// is one argument away.
public struct Packet: Sendable, Hashable, CustomStringConvertible {
    private var layers: [any PacketLayer] = []

    /// A packet without layers: begin with ``ipv4(src:dst:_:)`` for hooks that see no Ethernet.
    public init() {}

    /// This packet with one more layer inside.
    func adding(_ layer: any PacketLayer) -> Packet {
        var packet = self
        packet.layers.append(layer)
        return packet
    }

    /// The packet's bytes, as on the wire.
    public var bytes: [UInt8] {
        var payload: [UInt8] = []
        var inner: (any PacketLayer)?
        for (index, layer) in layers.enumerated().reversed() {
            let outer = layers[..<index].last { $0.pseudoHeaderAddresses != nil }
            payload = layer.bytes(
                around: payload,
                context: LayerContext(inner: inner, addresses: outer?.pseudoHeaderAddresses))
            inner = layer
        }
        return payload
    }

    /// The first `count` bytes: a truncated packet.
    public func truncated(to count: Int) -> [UInt8] {
        Array(bytes.prefix(count))
    }

    /// The bytes filled up with zeros: Ethernet's minimum is 60 without the checksum.
    public func padded(to count: Int = 60) -> [UInt8] {
        let bytes = bytes
        return bytes + [UInt8](repeating: 0, count: max(0, count - bytes.count))
    }

    /// The bytes in hexadecimal.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Whether the bytes are equal, however they were described.
    public static func == (first: Packet, second: Packet) -> Bool {
        first.bytes == second.bytes
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
    }
}

extension Packet {
    /// Any bytes, as the innermost layer or in place of a header.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - protocol: What an enclosing IP header calls it; 253 is reserved for experiments.
    ///   - etherType: What an enclosing Ethernet header calls it; 0x88b5 is for experiments.
    /// - Returns: The packet with this layer inside.
    public func raw(
        _ bytes: [UInt8], protocol: UInt8 = 253, etherType: UInt16 = 0x88b5
    ) -> Packet {
        adding(RawLayer(content: bytes, protocol: `protocol`, etherType: etherType))
    }
}

/// Bytes as given.
private struct RawLayer: PacketLayer {
    let content: [UInt8]
    let `protocol`: UInt8
    let etherType: UInt16

    var ipProtocol: UInt8? { `protocol` }
    var linkType: UInt16? { etherType }

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] { content + payload }
}
