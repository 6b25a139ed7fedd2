internal import NetTypes

/// Why a packet takes the `malformed:` verdict before any rule is asked.
struct ReferenceRefusal: Error {
    let reason: Reason
}

/// The link layer: the VLAN tags, and what is behind them.
///
/// - A frame that ends within the Ethernet header or within a tag is `truncated`.
/// - The outermost tag is the one that `vlan` looks at; its identifier is the low twelve bits, and a
///   priority tag has identifier 0.
/// - A third tag is `vlan-depth` as soon as its type (0x8100 or 0x88a8) is read: its own bytes need
///   not be there.
/// - A tag that stands beside the bytes is the outermost one, and counts as one of the two.
struct ReferenceFrame {
    static let tagsMaximum = 2
    static let tagTypes: Set<UInt16> = [0x8100, 0x88a8]

    /// The type behind the tags, as IEEE 802 numbers it.
    let type: UInt16
    /// The identifier of the outermost tag; nil without any.
    let vlan: UInt16?
    /// What is behind that, up to the end of the frame: padding included.
    let payload: ArraySlice<UInt8>

    init(_ packet: SeenPacket) throws(ReferenceRefusal) {
        var payload = packet.bytes[...]
        var type: UInt16
        switch packet.start {
        case .network(let known): type = known.rawValue
        case .ethernet:
            guard let said = payload.number16(at: 12) else {
                throw ReferenceRefusal(reason: .truncated)
            }
            type = said
            payload = payload.dropFirst(14)
        }
        var tags = packet.tag == nil ? 0 : 1
        var vlan = packet.tag.map { $0 & 0x0fff }
        while Self.tagTypes.contains(type) {
            tags += 1
            guard tags <= Self.tagsMaximum else { throw ReferenceRefusal(reason: .vlanDepth) }
            guard let control = payload.number16(at: 0), let inner = payload.number16(at: 2) else {
                throw ReferenceRefusal(reason: .truncated)
            }
            if tags == 1 { vlan = control & 0x0fff }
            type = inner
            payload = payload.dropFirst(4)
        }
        self.type = type
        self.vlan = vlan
        self.payload = payload
    }
}

extension ArraySlice<UInt8> {
    /// The byte at `offset` from the start of this slice, or nil behind its end.
    func byte(at offset: Int) -> UInt8? {
        offset < count ? self[startIndex + offset] : nil
    }

    /// Two bytes in network order, or nil when one of them is not there.
    func number16(at offset: Int) -> UInt16? {
        guard let high = byte(at: offset), let low = byte(at: offset + 1) else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }
}
