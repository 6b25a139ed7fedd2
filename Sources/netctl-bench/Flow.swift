import NetTypes

/// The five fields of a packet, and the frame that carries them.
struct Flow {
    var src: IPAddress
    var dst: IPAddress
    /// TCP or UDP.
    var proto: IPProtocol
    var sport: UInt16
    var dport: UInt16

    /// A TCP SYN or a UDP datagram of 64 bytes (IPv4) or 74 (IPv6), without checksums: programs look
    /// at none.
    var frame: [UInt8] {
        let isIPv4 = if case .v4 = src { true } else { false }
        let macs: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
        let payload = transport
        let length = UInt16(payload.count)
        let header: [UInt8] =
            isIPv4
            ? [0x08, 0x00, 0x45, 0] + bytes(length + 20) + [0, 0, 0, 0, 64, proto.number, 0, 0]
            : [0x86, 0xDD, 0x60, 0, 0, 0] + bytes(length) + [proto.number, 64]
        return macs + header + src.networkBytes + dst.networkBytes + payload
    }

    private var transport: [UInt8] {
        let ports = bytes(sport) + bytes(dport)
        guard proto == .tcp else {
            return ports + bytes(30) + [UInt8](repeating: 0, count: 24)
        }
        return ports + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xFF, 0xFF, 0, 0, 0, 0]
            + [UInt8](repeating: 0, count: 10)
    }

    private func bytes(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
}
