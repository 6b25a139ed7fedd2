import Policy

extension FuzzInput {
    /// A set file. It means the same in whatever pieces it arrives.
    static let setFile = FuzzInput(name: "set-file") { bytes in
        let whole = AddressFeed(Pieces(bytes, size: bytes.count), named: "set", limit: 10_000)
        let pieces = AddressFeed(Pieces(bytes, size: 7), named: "set", limit: 10_000)
        require(whole.addresses == pieces.addresses, "the addresses do not depend on the pieces")
        require(whole.diagnostics == pieces.diagnostics, "nor do the diagnostics")
    }

    /// Text that arrives in pieces of at most so many bytes.
    private final class Pieces: SetFileText {
        private var rest: ArraySlice<UInt8>
        private let bytes: [UInt8]
        private let size: Int

        init(_ bytes: [UInt8], size: Int) {
            self.bytes = bytes
            self.size = max(size, 1)
            rest = bytes[...]
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let piece = rest.prefix(min(size, buffer.count))
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }

        func rewind() { rest = bytes[...] }
    }
}
