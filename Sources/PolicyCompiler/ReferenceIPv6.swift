internal import NetTypes

/// An IPv6 header and the extension headers behind it.
///
/// 1. 40 bytes must be there, else `truncated`.
/// 2. Version 6, else `malformed`.
/// 3. The payload must lie within the frame, else `truncated`. A payload length of 0 means up to
///    the end of the frame when more than 65,535 bytes are there from the header on (BIG TCP).
///
/// What is wrong behind the header makes fields unreadable and no more: see ``End``.
struct ReferenceIPv6 {
    static let extensionHeadersMaximum = 8

    /// What the chain of extension headers leads to.
    enum End {
        /// The header of L4, or of any protocol that is no extension header: `esp`, 59 (none) too.
        case transport(IPProtocol, ArraySlice<UInt8>)
        /// A fragment that is not the first. The walk ends at its fragment header: what it names
        /// as the next header is the protocol, be that an extension header.
        case laterFragment(IPProtocol)
        /// A header reaches beyond the payload (`truncated`), or a ninth one follows
        /// (`ext-headers`, be it cut or not).
        case unwalked(Reason)
    }

    /// Extension headers that were walked to their end.
    struct Chain {
        /// Which there are.
        var headers: Set<ExtensionHeader> = []
        /// A fragment header says that more follow or that some came before. An atomic fragment
        /// (RFC 6946) is none.
        var hasFragment = false
    }

    let source: IPv6Address
    let destination: IPv6Address
    /// With the header, without what follows the packet.
    let length: Int
    /// Hop limit.
    let ttl: UInt8
    /// The upper six bits of the traffic class.
    let dscp: UInt8
    /// Of use when ``end`` is not `unwalked`.
    private(set) var chain = Chain()
    private(set) var end = End.unwalked(.truncated)

    init(_ bytes: ArraySlice<UInt8>) throws(ReferenceRefusal) {
        guard bytes.count >= 40,
            let first = bytes.number16(at: 0), let said = bytes.number16(at: 4),
            let next = bytes.byte(at: 6), let hops = bytes.byte(at: 7)
        else { throw ReferenceRefusal(reason: .truncated) }

        guard first >> 12 == 6 else { throw ReferenceRefusal(reason: .malformed) }
        let length = said == 0 && bytes.count > 65535 ? bytes.count : 40 + Int(said)
        guard length <= bytes.count else { throw ReferenceRefusal(reason: .truncated) }

        source = IPv6Address(
            bits: bytes.dropFirst(8).prefix(16).reduce(0) { $0 << 8 | UInt128($1) })
        destination = IPv6Address(
            bits: bytes.dropFirst(24).prefix(16).reduce(0) { $0 << 8 | UInt128($1) })
        self.length = length
        ttl = hops
        dscp = UInt8(first >> 6 & 0x3f)
        end = chain.walk(next, bytes.prefix(length).dropFirst(40))
    }
}

extension ReferenceIPv6.Chain {
    /// Walks from the header that `first` names, the start of `payload`.
    fileprivate mutating func walk(
        _ first: UInt8, _ payload: ArraySlice<UInt8>
    ) -> ReferenceIPv6.End {
        var next = first
        var rest = payload
        var walked = 0
        while let header = ExtensionHeader.allCases.first(where: { $0.number == next }) {
            guard walked < ReferenceIPv6.extensionHeadersMaximum else {
                return .unwalked(.extHeaders)
            }
            walked += 1
            guard let following = rest.byte(at: 0), let length = header.length(of: rest),
                length <= rest.count
            else { return .unwalked(.truncated) }
            headers.insert(header)
            if header == .fragment, let place = rest.number16(at: 2) {
                let offset = place >> 3
                if offset != 0 || place & 1 != 0 { hasFragment = true }
                if offset != 0 { return .laterFragment(IPProtocol(number: following)) }
            }
            next = following
            rest = rest.dropFirst(length)
        }
        return .transport(IPProtocol(number: next), rest)
    }
}

extension ExtensionHeader {
    /// The bytes that this header says it has; nil when it is too short to say.
    fileprivate func length(of bytes: ArraySlice<UInt8>) -> Int? {
        guard let length = bytes.byte(at: 1) else { return nil }
        switch self {
        case .authentication: return (Int(length) + 2) * 4
        case .fragment: return 8
        case .hopByHop, .routing, .destination, .mobility, .hip, .shim6:
            return (Int(length) + 1) * 8
        }
    }
}
