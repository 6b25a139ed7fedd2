internal import NetTypes

/// An IPv4 header, read as Linux's `ip_rcv_core` does it: the checks come in its order.
///
/// 1. 20 bytes must be there, else `truncated`.
/// 2. Version 4 and a header of at least 20 bytes, else `malformed`.
/// 3. The total length must lie within the frame, else `truncated`. A total length of 0 means up to
///    the end of the frame when more than 65,535 bytes are there (BIG TCP).
/// 4. The header must lie within the total length, else `malformed`.
///
/// Bytes beyond the total length are padding. Checksums and options are not looked at.
struct ReferenceIPv4 {
    let source: IPv4Address
    let destination: IPv4Address
    let proto: IPProtocol
    /// With the header, without what follows the packet.
    let length: Int
    /// Time to live.
    let ttl: UInt8
    /// The upper six bits of what was once the type of service.
    let dscp: UInt8
    /// Any fragment: more follow, or some came before.
    let isFragment: Bool
    /// A fragment that is not the first: there is no L4 header in it.
    let isLaterFragment: Bool
    /// Behind the header, up to the total length.
    let payload: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) throws(ReferenceRefusal) {
        guard bytes.count >= 20,
            let first = bytes.byte(at: 0), let service = bytes.byte(at: 1),
            let said = bytes.number16(at: 2), let fragment = bytes.number16(at: 6),
            let ttl = bytes.byte(at: 8), let number = bytes.byte(at: 9)
        else { throw ReferenceRefusal(reason: .truncated) }

        let headerLength = Int(first & 0x0f) * 4
        guard first >> 4 == 4, headerLength >= 20 else {
            throw ReferenceRefusal(reason: .malformed)
        }
        let totalLength = said == 0 && bytes.count > 65535 ? bytes.count : Int(said)
        guard totalLength <= bytes.count else { throw ReferenceRefusal(reason: .truncated) }
        guard headerLength <= totalLength else { throw ReferenceRefusal(reason: .malformed) }

        source = IPv4Address(bits: bytes.dropFirst(12).prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
        destination = IPv4Address(
            bits: bytes.dropFirst(16).prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
        proto = IPProtocol(number: number)
        length = totalLength
        self.ttl = ttl
        dscp = service >> 2
        isFragment = fragment & 0x3fff != 0
        isLaterFragment = fragment & 0x1fff != 0
        payload = bytes.prefix(totalLength).dropFirst(headerLength)
    }
}
