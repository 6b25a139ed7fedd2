/// Set files that are in memory already.
struct SetFilesInMemory: SetFileSource {
    let bytes: (_ path: String) throws -> [UInt8]

    func open(_ path: String) throws -> any SetFileText { SetFileBytes(try bytes(path)) }
}

/// Text that is in memory already.
final class SetFileBytes: SetFileText {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<position + count])
        position += count
        return count
    }

    func rewind() { position = 0 }
}
