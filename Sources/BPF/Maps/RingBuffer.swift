internal import CLibbpf
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The reading end of a ring buffer: `BPF_MAP_TYPE_RINGBUF`, since Linux 5.8.
///
/// Programs reserve records and submit them, in one order over all CPUs; when there is no room they
/// are refused, which they have to count themselves. There is one reader: what one takes out, no
/// other sees. Records lie in memory that is shared with the kernel and are lent, not copied.
///
/// A program that submits with `BPF_RB_NO_WAKEUP` wakes nobody: bound the wait by the delay that a
/// record may have.
///
/// ```swift
/// while !ends {
///     try ring.wait(milliseconds: 50)
///     try ring.drain { record in print(record.byteCount) }
/// }
/// ```
///
/// Not `Sendable`: libbpf's handle belongs to one thread at a time.
public struct RingBuffer: ~Copyable {
    /// How many records one ``drain(atMost:_:)`` takes if not told otherwise: a program that is
    /// faster than the reader must not hold it there for ever.
    public static let batch = 1 << 16

    private let map: Map
    private let taker: Taker
    private let raw: OpaquePointer

    /// Makes a ring buffer.
    ///
    /// - Parameters:
    ///   - name: At most 15 bytes of letters, digits, `_` and `.`.
    ///   - bytes: Room for records, each with 8 bytes in front of it: a power of two, and whole pages.
    /// - Returns: The map; write it into a program's place for one, then read it with ``init(_:)``.
    /// - Throws: ``BPFError`` with `.system`: `EINVAL` for another size, `ENOMEM`, `EPERM`.
    public static func create(name: String, bytes: UInt32) throws(BPFError) -> Map {
        try Map.create(
            type: .ringBuffer, name: name, keySize: 0, valueSize: 0, maxEntries: bytes)
    }

    /// Maps a ring buffer.
    ///
    /// - Parameter map: A ring buffer; may be closed afterwards.
    /// - Throws: ``BPFError`` with `.wrongType`, or with `.system`.
    public init(_ map: borrowing Map) throws(BPFError) {
        try map.info.require(
            type: [.ringBuffer], attempt: "map ring buffer", subject: map.subject)
        let duplicate = try map.duplicate()
        let taker = Taker()
        raw = try Self.open(map, taker)
        self.taker = taker
        self.map = duplicate
    }

    private static func open(_ map: borrowing Map, _ taker: Taker) throws(BPFError) -> OpaquePointer
    {
        let descriptor = map.descriptor.rawValue
        let context = Unmanaged.passUnretained(taker).toOpaque()
        var opened: OpaquePointer?
        let (result, warnings) = LibbpfWarnings.during {
            opened = ring_buffer__new(
                descriptor,
                { context, bytes, size in
                    guard let context, let bytes else { return 0 }
                    // SAFETY: the ring buffer owns the taker, and libbpf calls within `drain` alone.
                    let taker = Unmanaged<Taker>.fromOpaque(context).takeUnretainedValue()
                    return taker.take(UnsafeRawBufferPointer(start: bytes, count: size)) ? 0 : -1
                }, context, nil)
            return opened == nil ? -errno : 0
        }
        guard let opened else {
            throw .system(
                "map ring buffer", map.subject, Errno(rawValue: -result), hint: warnings.first)
        }
        return opened
    }

    deinit {
        ring_buffer__free(raw)
    }

    /// A descriptor that poll(2) finds readable while there are records, to be waited for among
    /// others. It belongs to the ring buffer. Not for epoll(7), which only notices what wakes it.
    public var descriptor: Int32 { map.descriptor.rawValue }

    /// Waits until there are records.
    ///
    /// - Parameter milliseconds: How long at most; 0 only looks.
    /// - Returns: Whether there are any. A signal ends the wait early, with `false`.
    /// - Throws: ``BPFError`` with `.system`.
    @discardableResult
    public borrowing func wait(milliseconds: Int32) throws(BPFError) -> Bool {
        var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&awaited, 1, milliseconds) < 0 else {
            return awaited.revents & Int16(POLLIN) != 0
        }
        let number = Errno(rawValue: errno)
        guard number == .interrupted else {
            throw .system("wait for ring buffer", map.subject, number)
        }
        return false
    }

    /// Takes the records that are there, oldest first.
    ///
    /// A record that a program has reserved and not yet submitted ends it, as it does for the kernel.
    ///
    /// - Parameters:
    ///   - limit: How many records to take at most, over 0.
    ///   - body: Lent one record after the other, aligned to 8; must not drain this ring buffer.
    /// - Returns: How many records there were.
    /// - Throws: What `body` throws, behind the record that it threw for; or ``BPFError``.
    @discardableResult
    public borrowing func drain(
        atMost limit: Int = batch, _ body: (RawSpan) throws -> Void
    ) throws -> Int {
        var taken = 0
        var failure: (any Error)?
        let result = withoutActuallyEscaping(body) { body in
            taker.lend { record in
                taken += 1
                do {
                    try body(record.bytes)
                } catch {
                    failure = error
                }
                return failure == nil && taken < limit
            } during: {
                ring_buffer__consume(raw)
            }
        }
        if let failure { throw failure }
        // A record that ended the drain makes libbpf answer what the callback did.
        guard result >= 0 || taken > 0 else {
            throw BPFError.system("read ring buffer", map.subject, Errno(rawValue: -result))
        }
        return taken
    }
}

/// Where libbpf's callback, which captures nothing, finds what to do with a record.
private final class Taker {
    private var body: ((UnsafeRawBufferPointer) -> Bool)?

    /// Returns whether to go on.
    func take(_ record: UnsafeRawBufferPointer) -> Bool { body?(record) ?? false }

    func lend<Result>(
        _ body: (UnsafeRawBufferPointer) -> Bool, during call: () -> Result
    ) -> Result {
        withoutActuallyEscaping(body) { body in
            self.body = body
            defer { self.body = nil }
            return call()
        }
    }
}
