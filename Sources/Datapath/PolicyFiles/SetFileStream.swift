internal import LinuxSystem
internal import Policy
internal import SystemPackage

/// A set file on disk, read in pieces; unpacked where it is gzip, by its contents and not its name.
///
/// It is read, not mapped: a mapped file that somebody shortens ends the process with SIGBUS. A file
/// that another one replaces meanwhile is read to its end as it was; one that is written to is
/// refused.
final class SetFileStream: SetFileText {
    private let descriptor: OwnedDescriptor
    private let state: FileState
    /// What the file was when it was opened.
    let mark: FileMark
    private let inflater: Inflater?
    /// What of a packed file has been read; unpacked from ``used`` on.
    private var packed: [UInt8] = []
    private var used = 0
    /// The bytes of the file that have been read.
    private var position = 0
    /// Hashes the text, the first time that it is read.
    private var digest: ContentDigest?
    private let path: String
    private let progress: ((ReadingProgress) -> Void)?

    /// Opens a set file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - digest: Gets all of its text.
    ///   - progress: Learns how far reading is.
    /// - Throws: ``ReadFailure``.
    init(
        _ path: String, digest: ContentDigest, progress: ((ReadingProgress) -> Void)?
    ) throws(ReadFailure) {
        do {
            try ReadFailure.refuseIrregular(path, "a set file")
            descriptor = try OwnedDescriptor.open(path)
            mark = try FileMark(of: descriptor)
            state = try FileState(of: descriptor)
            inflater = try Self.isPacked(descriptor) ? Inflater() : nil
        } catch {
            throw ReadFailure(error)
        }
        self.digest = digest
        self.path = path
        self.progress = progress
    }

    private static func isPacked(_ descriptor: borrowing OwnedDescriptor) throws -> Bool {
        var start = [UInt8](repeating: 0, count: Inflater.magic.count)
        let file = FileDescriptor(rawValue: descriptor.rawValue)
        let count = try start.withUnsafeMutableBytes {
            try file.read(fromAbsoluteOffset: 0, into: $0)
        }
        return count == start.count && start == Inflater.magic
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        do {
            let count =
                if let inflater { try unpack(inflater, into: buffer) } else {
                    try readFile(into: buffer)
                }
            digest?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        } catch {
            throw ReadFailure(error)
        }
    }

    func rewind() throws {
        try file.seek(offset: 0, from: .start)
        digest = nil
        position = 0
        packed = []
        used = 0
        inflater?.reset()
    }

    private var file: FileDescriptor { FileDescriptor(rawValue: descriptor.rawValue) }

    /// Reads what is on disk; at the end, whether that is still what was there in the beginning.
    private func readFile(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try file.read(into: buffer)
        position += count
        progress?(ReadingProgress(path: path, bytes: position, size: state.size))
        if count == 0, try FileState(of: descriptor) != state {
            throw ReadFailure(
                "the file changed while it was read; write another one and rename it")
        }
        return count
    }

    private func unpack(
        _ inflater: Inflater, into buffer: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        while true {
            if used == packed.count { try refill() }
            if packed.isEmpty, inflater.isComplete { return 0 }
            let done = try packed.withUnsafeBytes { bytes in
                try inflater.inflate(UnsafeRawBufferPointer(rebasing: bytes[used...]), into: buffer)
            }
            used += done.used
            guard done.written == 0 else { return done.written }
            guard !packed.isEmpty else { throw ReadFailure("the gzip data ends too early") }
        }
    }

    /// Reads more of a packed file; nothing at its end.
    private func refill() throws {
        packed = try [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
            count = try readFile(into: UnsafeMutableRawBufferPointer(buffer))
        }
        used = 0
    }

    /// How much of a packed file is read at once.
    private static let chunk = 1 << 17
}
