/// What the packets of a capture begin with, by the numbers of tcpdump.org.
enum LinkType: Sendable {
    case ethernet, rawIP
    /// Linux's own header in place of Ethernet's, in its two versions.
    case cooked, cooked2

    init(_ number: UInt32) throws(CaptureFile.Failure) {
        switch number {
        case 1: self = .ethernet
        case 12, 14, 101, 228, 229: self = .rawIP
        case 113: self = .cooked
        case 276: self = .cooked2
        default:
            throw CaptureFile.Failure(
                "its packets are of link type \(number); netctl reads Ethernet (1), raw IP (101) "
                    + "and Linux cooked captures (113, 276)")
        }
    }

    /// The packet as an Ethernet frame.
    func frame(_ bytes: [UInt8]) -> [UInt8] {
        let link = Packet.ethernet()
        switch self {
        case .ethernet: return bytes
        case .rawIP:
            let isIPv6 = bytes.first.map { $0 >> 4 == 6 } ?? false
            return link.raw(bytes, etherType: isIPv6 ? 0x86dd : 0x0800).bytes
        case .cooked, .cooked2:
            let (header, place) = self == .cooked ? (16, 14) : (20, 0)
            // Too short to be a packet of anything.
            guard bytes.count >= header else { return [] }
            let type = UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
            return link.raw(Array(bytes.dropFirst(header)), etherType: type).bytes
        }
    }
}
