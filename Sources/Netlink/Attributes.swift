internal import CLibmnl

/// A run of netlink attributes, each with length and type before its value, checked at
/// parsing: none reaches beyond the end.
struct Attributes {
    struct Attribute: Equatable {
        /// The type, without the flags for nesting and byte order.
        let type: Int
        let value: WireBytes
    }

    let all: [Attribute]

    /// Parses every attribute in `bytes`.
    ///
    /// Up to three bytes after the last one are padding; more are an error.
    init(_ bytes: WireBytes) throws(NetlinkFailure) {
        var all: [Attribute] = []
        var rest = bytes
        while rest.count >= Attributes.headerLength {
            guard let length = rest.load(at: 0, as: UInt16.self).map(Int.init),
                let type = rest.load(at: 2, as: UInt16.self).map(Int.init),
                length >= Attributes.headerLength,
                let value = rest.slice(Attributes.headerLength..<length)
            else { throw .malformed("attribute reaches beyond its message") }
            all.append(Attribute(type: type & Attributes.typeMask, value: value))
            rest = rest.dropping(aligned(length))
        }
        guard rest.count == 0 else { throw .malformed("\(rest.count) bytes after attributes") }
        self.all = all
    }

    /// The value of the first attribute of a type.
    subscript(type: Int) -> WireBytes? {
        all.first { $0.type == type }?.value
    }

    /// An integer attribute; nil if absent or too short.
    func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Int, as: Value.Type = Value.self
    ) -> Value? {
        self[type]?.load()
    }

    /// A text attribute.
    func string(_ type: Int) -> String? {
        self[type]?.string
    }

    /// The attributes inside an attribute; nil if it is absent.
    func nested(_ type: Int) throws(NetlinkFailure) -> Attributes? {
        guard let value = self[type] else { return nil }
        return try Attributes(value)
    }

    static let headerLength = 4
    private static let typeMask = 0x3fff  // NLA_TYPE_MASK, a macro Swift cannot import.
}

/// `length` rounded up to the next multiple of four (`NLMSG_ALIGN`, `NLA_ALIGN`).
func aligned(_ length: Int) -> Int {
    (length + 3) & ~3
}
