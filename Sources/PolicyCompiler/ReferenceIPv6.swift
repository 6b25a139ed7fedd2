internal import NetTypes

/// An IPv6 header and the extension headers behind it.
///
/// 1. 40 bytes must be there, else `truncated`.
/// 2. Version 6, else `malformed`.
/// 3. The payload must lie within the frame, else `truncated`. A payload length of 0 means up to
///    the end of the frame when more than 65,535 bytes are there from the header on (BIG TCP).
///
/// What is wrong behind the header makes fields unreadable and no more: see ``Chain``.
struct ReferenceIPv6 {
    static let extensionHeadersMaximum = 8

    /// What the chain of extension headers leads to.
    enum Chain {
        /// The header of L4, or of any protocol that is no extension header: `esp`, 59 (none) too.
        case transport(IPProtocol, ArraySlice<UInt8>)
        /// A fragment that is not the first. The walk ends at its fragment header: what it names
        /// as the next header is the protocol, be that an extension header.
        case laterFragment(IPProtocol)
        /// A header reaches beyond the payload (`truncated`), or a ninth one follows
        /// (`ext-headers`, be it cut or not).
        case unwalked(Reason)
    }

    let source: IPv6Address
    let destination: IPv6Address
    let chain: Chain

    init(_ bytes: ArraySlice<UInt8>) throws(ReferenceRefusal) {
        guard bytes.count >= 40,
            let first = bytes.byte(at: 0), let said = bytes.number16(at: 4),
            let next = bytes.byte(at: 6)
        else { throw ReferenceRefusal(reason: .truncated) }

        guard first >> 4 == 6 else { throw ReferenceRefusal(reason: .malformed) }
        let length = said == 0 && bytes.count > 65535 ? bytes.count : 40 + Int(said)
        guard length <= bytes.count else { throw ReferenceRefusal(reason: .truncated) }

        source = IPv6Address(
            bits: bytes.dropFirst(8).prefix(16).reduce(0) { $0 << 8 | UInt128($1) })
        destination = IPv6Address(
            bits: bytes.dropFirst(24).prefix(16).reduce(0) { $0 << 8 | UInt128($1) })
        chain = Self.walk(next, bytes.prefix(length).dropFirst(40))
    }

    private static func walk(_ first: UInt8, _ payload: ArraySlice<UInt8>) -> Chain {
        var next = first
        var rest = payload
        var walked = 0
        while let header = ReferenceExtensionHeader(number: next) {
            guard walked < extensionHeadersMaximum else { return .unwalked(.extHeaders) }
            walked += 1
            guard let following = rest.byte(at: 0), let length = header.length(rest),
                length <= rest.count
            else { return .unwalked(.truncated) }
            if header == .fragment, let offset = rest.number16(at: 2), offset >> 3 != 0 {
                return .laterFragment(IPProtocol(number: following))
            }
            next = following
            rest = rest.dropFirst(length)
        }
        return .transport(IPProtocol(number: next), rest)
    }
}

/// The extension headers that are walked, by the protocol numbers of IANA.
enum ReferenceExtensionHeader {
    case authentication, fragment
    /// Hop-by-hop, routing, destination, mobility, HIP, shim6: of one form.
    case options

    /// Nil when the number is that of no extension header.
    init?(number: UInt8) {
        switch number {
        case 51: self = .authentication
        case 44: self = .fragment
        case 0, 43, 60, 135, 139, 140: self = .options
        default: return nil
        }
    }

    /// The bytes that this header says it has; nil when it is too short to say.
    func length(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let length = bytes.byte(at: 1) else { return nil }
        switch self {
        case .authentication: return (Int(length) + 2) * 4
        case .fragment: return 8
        case .options: return (Int(length) + 1) * 8
        }
    }
}
