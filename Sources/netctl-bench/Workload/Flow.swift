import NetTypes

/// The five fields of a packet, and the frame that carries them.
struct Flow {
    var src: IPAddress
    var dst: IPAddress
    /// TCP or UDP.
    var proto: IPProtocol
    var sport: UInt16
    var dport: UInt16

    init(src: IPAddress, dst: IPAddress, proto: IPProtocol, sport: UInt16, dport: UInt16) {
        (self.src, self.dst, self.proto, self.sport, self.dport) = (src, dst, proto, sport, dport)
    }

    /// An answer of a resolver, from that address.
    init(from src: IPAddress) {
        let dst: IPAddress =
            if case .v4 = src {
                .v4(IPv4Address(bits: 0xC633_6401))  // 198.51.100.1
            } else {
                .v6(IPv6Address(bits: 0x2001_0DB8 << 96 | 1))
            }
        self.init(src: src, dst: dst, proto: .udp, sport: 53, dport: 5353)
    }

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
