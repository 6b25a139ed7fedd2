/// Bytes of a file, taken from the front; nothing is read that is not there.
struct ByteReader: Sendable {
    let bytes: [UInt8]
    var isBigEndian = true
    private(set) var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// The next bytes; nil when fewer are left.
    mutating func take(_ count: Int) -> ByteView? {
        guard count >= 0, count <= bytes.count - position else { return nil }
        defer { position += count }
        return ByteView(bytes: bytes[position..<(position + count)], isBigEndian: isBigEndian)
    }

    /// Four bytes that stay where they are, the first one highest.
    func peek32(ahead: Int = 0) -> UInt32? {
        guard bytes.count - position >= ahead + 4 else { return nil }
        let bytes = bytes[(position + ahead)..<(position + ahead + 4)]
        return ByteView(bytes: bytes, isBigEndian: true).number32(at: 0)
    }
}

/// Some bytes, with numbers in them.
struct ByteView: Sendable {
    let bytes: ArraySlice<UInt8>
    let isBigEndian: Bool

    var count: Int { bytes.count }

    func number32(at offset: Int) -> UInt32 { UInt32(number(at: offset, bytes: 4)) }

    func number16(at offset: Int) -> UInt16 { UInt16(number(at: offset, bytes: 2)) }

    private func number(at offset: Int, bytes count: Int) -> UInt64 {
        let field = bytes.dropFirst(offset).prefix(count)
        return (isBigEndian ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
