public import NetTypes

extension Packet {
    /// A UDP header and its payload.
    ///
    /// - Parameters:
    ///   - sport: Source port, host order.
    ///   - dport: Destination port, host order.
    ///   - payload: The content.
    ///   - length: Overrides the length in bytes, header included.
    ///   - checksum: Overrides the checksum; 0 means none.
    /// - Returns: The packet with this layer inside.
    public func udp(
        sport: UInt16 = 40000, dport: UInt16 = 53, payload: [UInt8] = [], length: UInt16? = nil,
        checksum: UInt16? = nil
    ) -> Packet {
        adding(
            TransportLayer(
                number: 17, checksumOffset: 6, checksum: checksum, zeroMeansNone: true
            ) { inner in
                let body = payload + inner
                let length = length ?? UInt16(truncatingIfNeeded: 8 + body.count)
                return bigEndian(sport) + bigEndian(dport) + bigEndian(length) + [0, 0] + body
            })
    }

    /// A TCP header and its payload.
    ///
    /// - Parameters:
    ///   - sport: Source port, host order.
    ///   - dport: Destination port, host order.
    ///   - flags: The flags.
    ///   - payload: The content.
    ///   - sequence: The sequence number.
    ///   - acknowledgement: The acknowledgement number.
    ///   - options: Options, filled up with zeros to 32 bits.
    ///   - dataOffset: Overrides the header's length in 32-bit words, 0 to 15.
    ///   - checksum: Overrides the checksum.
    /// - Returns: The packet with this layer inside.
    public func tcp(
        sport: UInt16 = 40000, dport: UInt16 = 80, flags: TCPFlags = .syn, payload: [UInt8] = [],
        sequence: UInt32 = 1, acknowledgement: UInt32 = 0, options: [UInt8] = [],
        dataOffset: UInt8? = nil, checksum: UInt16? = nil
    ) -> Packet {
        let options = options + [UInt8](repeating: 0, count: (4 - options.count % 4) % 4)
        let words = dataOffset ?? UInt8(truncatingIfNeeded: 5 + options.count / 4)
        var header = bigEndian(sport) + bigEndian(dport) + bigEndian(sequence)
        header += bigEndian(acknowledgement) + [words << 4, flags.rawValue]
        header += bigEndian(UInt16(65535)) + [0, 0, 0, 0]
        let start = header + options + payload
        return adding(
            TransportLayer(number: 6, checksumOffset: 16, checksum: checksum) { start + $0 })
    }

    /// An ICMP message (of IPv4): an echo request unless told otherwise.
    ///
    /// - Parameters:
    ///   - type: The type; 8 is an echo request.
    ///   - code: The code.
    ///   - rest: The second word of the header: identifier and sequence of an echo.
    ///   - payload: The content.
    ///   - checksum: Overrides the checksum.
    /// - Returns: The packet with this layer inside.
    public func icmp(
        type: UInt8 = 8, code: UInt8 = 0, rest: UInt32 = 0x0001_0001, payload: [UInt8] = [],
        checksum: UInt16? = nil
    ) -> Packet {
        let start = [type, code, 0, 0] + bigEndian(rest) + payload
        return adding(
            TransportLayer(
                number: 1, checksumOffset: 2, checksum: checksum, hasPseudoHeader: false
            ) { start + $0 })
    }

    /// An ICMPv6 message: an echo request unless told otherwise; see
    /// ``icmp(type:code:rest:payload:checksum:)``.
    public func icmpv6(
        type: UInt8 = 128, code: UInt8 = 0, rest: UInt32 = 0x0001_0001, payload: [UInt8] = [],
        checksum: UInt16? = nil
    ) -> Packet {
        let start = [type, code, 0, 0] + bigEndian(rest) + payload
        return adding(
            TransportLayer(number: 58, checksumOffset: 2, checksum: checksum) { start + $0 })
    }

    /// An SCTP header and its chunks.
    ///
    /// - Parameters:
    ///   - sport: Source port, host order.
    ///   - dport: Destination port, host order.
    ///   - tag: The verification tag.
    ///   - checksum: The CRC32c, which is not computed.
    ///   - chunks: What follows the header.
    /// - Returns: The packet with this layer inside.
    public func sctp(
        sport: UInt16 = 40000, dport: UInt16 = 3868, tag: UInt32 = 0, checksum: UInt32 = 0,
        chunks: [UInt8] = []
    ) -> Packet {
        let header = bigEndian(sport) + bigEndian(dport) + bigEndian(tag) + bigEndian(checksum)
        return raw(header + chunks, protocol: 132)
    }
}

/// A header with an Internet checksum over itself and its payload.
private struct TransportLayer: PacketLayer {
    let number: UInt8
    let checksumOffset: Int
    let checksum: UInt16?
    var zeroMeansNone = false
    var hasPseudoHeader = true
    let segment: @Sendable ([UInt8]) -> [UInt8]

    var ipProtocol: UInt8? { number }

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] {
        var bytes = segment(payload)
        var sum =
            hasPseudoHeader
            ? context.checksum(bytes, protocol: number) : internetChecksum(bytes)
        // A computed zero is sent as its other form, for zero says that there is none.
        if zeroMeansNone, sum == 0 { sum = 0xffff }
        bytes.put(checksum ?? sum, at: checksumOffset)
        return bytes
    }
}
