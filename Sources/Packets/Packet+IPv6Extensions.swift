public import NetTypes

extension Packet {
    /// A hop-by-hop options header (0).
    ///
    /// - Parameters:
    ///   - options: The options, filled up with a padding option to eight bytes.
    ///   - length: Overrides the length in units of eight bytes, the first not counted.
    ///   - next: Overrides what the header says follows.
    /// - Returns: The packet with this layer inside.
    public func hopByHop(
        options: [UInt8] = [], length: UInt8? = nil, next: UInt8? = nil
    ) -> Packet {
        adding(OptionsLayer(number: 0, content: options, length: length, next: next))
    }

    /// A destination options header (60); the parameters are those of ``hopByHop(options:length:next:)``.
    public func destinationOptions(
        options: [UInt8] = [], length: UInt8? = nil, next: UInt8? = nil
    ) -> Packet {
        adding(OptionsLayer(number: 60, content: options, length: length, next: next))
    }

    /// A routing header (43).
    ///
    /// - Parameters:
    ///   - type: The kind of routing; 4 is segment routing.
    ///   - segmentsLeft: How many stations are left.
    ///   - data: What follows, filled up to eight bytes.
    ///   - length: Overrides the length in units of eight bytes, the first not counted.
    ///   - next: Overrides what the header says follows.
    /// - Returns: The packet with this layer inside.
    public func routing(
        type: UInt8 = 4, segmentsLeft: UInt8 = 0, data: [UInt8] = [], length: UInt8? = nil,
        next: UInt8? = nil
    ) -> Packet {
        let content = [type, segmentsLeft] + data
        return adding(OptionsLayer(number: 43, content: content, length: length, next: next))
    }

    /// A fragment header (44).
    ///
    /// - Parameters:
    ///   - offset: Where the fragment begins, in units of eight bytes.
    ///   - more: Whether more fragments follow.
    ///   - identification: What the fragments of one packet share.
    ///   - next: Overrides what the header says follows.
    /// - Returns: The packet with this layer inside.
    public func fragment(
        offset: UInt16 = 0, more: Bool = false, identification: UInt32 = 1, next: UInt8? = nil
    ) -> Packet {
        adding(
            FragmentLayer(
                place: offset << 3 | (more ? 1 : 0), identification: identification, next: next))
    }

    /// An authentication header (51), in IPv4 or IPv6.
    ///
    /// - Parameters:
    ///   - check: The integrity check value: 12 bytes are usual, a multiple of four is needed.
    ///   - length: Overrides the length in units of four bytes, the first two not counted.
    ///   - next: Overrides what the header says follows.
    /// - Returns: The packet with this layer inside.
    public func authentication(
        check: [UInt8] = [UInt8](repeating: 0xaa, count: 12), length: UInt8? = nil,
        next: UInt8? = nil
    ) -> Packet {
        adding(AuthenticationLayer(check: check, length: length, next: next))
    }

    /// An extension header with right fields and nothing in it.
    public func extended(by header: ExtensionHeader) -> Packet {
        switch header {
        case .hopByHop: hopByHop()
        case .routing: routing()
        case .fragment: fragment()
        case .authentication: authentication()
        case .destination: destinationOptions()
        case .mobility, .hip, .shim6:
            adding(OptionsLayer(number: header.number, content: [], length: nil, next: nil))
        }
    }
}

/// Headers of the common form: next, length in units of eight bytes, content.
private struct OptionsLayer: PacketLayer {
    let number: UInt8
    let content: [UInt8]
    let length: UInt8?
    let next: UInt8?

    var ipProtocol: UInt8? { number }

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] {
        var body = content
        // Pad1 and PadN, of which the routing header only knows that it is eight bytes' worth.
        let missing = (8 - (2 + body.count) % 8) % 8
        if missing == 1 { body.append(0) }
        if missing > 1 {
            body += [number == 43 ? 0 : 1, number == 43 ? 0 : UInt8(missing - 2)]
            body += [UInt8](repeating: 0, count: missing - 2)
        }
        let units = UInt8(truncatingIfNeeded: (2 + body.count) / 8 - 1)
        return [next ?? context.nextProtocol, length ?? units] + body + payload
    }
}

private struct FragmentLayer: PacketLayer {
    let place: UInt16
    let identification: UInt32
    let next: UInt8?

    var ipProtocol: UInt8? { 44 }

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] {
        [next ?? context.nextProtocol, 0] + bigEndian(place) + bigEndian(identification) + payload
    }
}

private struct AuthenticationLayer: PacketLayer {
    let check: [UInt8]
    let length: UInt8?
    let next: UInt8?

    var ipProtocol: UInt8? { 51 }

    func bytes(around payload: [UInt8], context: LayerContext) -> [UInt8] {
        let words = UInt8(truncatingIfNeeded: (12 + check.count) / 4 - 2)
        let header: [UInt8] = [next ?? context.nextProtocol, length ?? words, 0, 0]
        return header + bigEndian(UInt32(0x100)) + bigEndian(UInt32(1)) + check + payload
    }
}
