/// Bytes of a netlink reply: reads in the machine's byte order, never beyond the end.
struct WireBytes: Equatable {
    private let storage: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        storage = bytes
    }

    init(_ bytes: [UInt8]) {
        storage = bytes[...]
    }

    var count: Int { storage.count }
    var array: [UInt8] { Array(storage) }

    /// The bytes `range`, counted from the start of this value; nil if they are not all there.
    func slice(_ range: Range<Int>) -> WireBytes? {
        guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
        let start = storage.startIndex
        return WireBytes(storage[start + range.lowerBound..<start + range.upperBound])
    }

    /// What is left after `offset` bytes; empty if nothing is.
    func dropping(_ offset: Int) -> WireBytes {
        WireBytes(storage.dropFirst(offset))
    }

    /// The integer at `offset`; nil if it is not all there.
    func load<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int = 0, as type: Value.Type = Value.self
    ) -> Value? {
        guard let bytes = slice(offset..<offset + MemoryLayout<Value>.size) else { return nil }
        return bytes.storage.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    }

    /// The text up to the first NUL or the end.
    var string: String {
        String(decoding: storage.prefix { $0 != 0 }, as: UTF8.self)
    }
}
