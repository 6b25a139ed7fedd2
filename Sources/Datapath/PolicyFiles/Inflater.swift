internal import CZlib

/// Unpacks gzip (RFC 1952), of one member or several behind each other.
final class Inflater {
    /// Why data is not gzip as it should be.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    // SAFETY: zlib's state points back to the stream, which therefore stays where it is; made by
    // `inflateInit2_` and freed once, by `deinit`.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isBetweenMembers = false

    /// The bytes that every gzip file starts with.
    static let magic: [UInt8] = [0x1F, 0x8B]

    init() throws(Failure) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 for the largest window, and 16 for gzip's header and trailer.
        let status = inflateInit2_(
            stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw Failure(description: "cannot unpack gzip data: zlib gives \(status)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Whether the data could end here.
    var isComplete: Bool { isBetweenMembers }

    /// Unpacks what fits.
    ///
    /// - Parameters:
    ///   - input: What comes next.
    ///   - output: Where to.
    /// - Returns: How many bytes of the input were used, and how many were written.
    /// - Throws: ``Failure`` for data that is corrupt.
    func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> (used: Int, written: Int) {
        if isBetweenMembers {
            // Some writers pad with zeros, as on tape.
            let padding = input.prefix { $0 == 0 }.count
            guard padding == 0 else { return (padding, 0) }
            guard inflateReset(stream) == Z_OK else {
                throw Failure(description: "cannot unpack gzip data: zlib cannot be reset")
            }
            isBetweenMembers = false
        }
        // SAFETY: zlib reads its input only, whatever the type says, and keeps neither pointer.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isBetweenMembers = true
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib gives \(status)"
            throw Failure(description: "the gzip data is corrupt: \(reason)")
        }
        return (
            input.count - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out)
        )
    }

    /// Begins anew.
    func reset() {
        inflateReset(stream)
        isBetweenMembers = false
    }
}
