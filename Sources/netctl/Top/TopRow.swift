/// Something that is counted, and how fast it grows.
struct TopRow: Equatable, Encodable {
    /// What it is: `drop`, a rule, an address, `curl[4711]`. Fit to print.
    let name: String
    /// Where it is counted: `eth1 xdp`.
    let place: String
    /// Packets each second since the sample before.
    let packetRate: UInt64
    /// Bytes each second since then.
    let byteRate: UInt64
    /// Packets since the counting began.
    let packets: UInt64
    /// Bytes since then.
    let bytes: UInt64

    private enum CodingKeys: String, CodingKey {
        case name, place, packets, bytes
        case packetRate = "packets_per_second"
        case byteRate = "bytes_per_second"
    }
}

extension TopRow {
    /// The row of something that was counted twice: now, and `seconds` ago, unless it was not there yet.
    init(
        name: String, place: String, packets: UInt64, bytes: UInt64,
        before: (packets: UInt64, bytes: UInt64)?, seconds: Double
    ) {
        self.name = name
        self.place = place
        self.packets = packets
        self.bytes = bytes
        packetRate = Self.rate(packets, before?.packets, seconds)
        byteRate = Self.rate(bytes, before?.bytes, seconds)
    }

    /// A count that went back was begun anew: what is there now came since.
    private static func rate(_ now: UInt64, _ before: UInt64?, _ seconds: Double) -> UInt64 {
        guard let before, seconds > 0 else { return 0 }
        return UInt64(Double(now >= before ? now - before : now) / seconds)
    }
}
