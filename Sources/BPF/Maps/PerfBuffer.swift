internal import CBPFShims
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The reading end of a perf buffer: `BPF_MAP_TYPE_PERF_EVENT_ARRAY`, since Linux 4.3.
///
/// Each CPU has a buffer of its own, so records of different CPUs come in no order. What a program writes
/// while its buffer is full is lost, and counted. There is one reader: opening a second one takes the
/// records from the first.
///
/// Not `Sendable`: libbpf's handle belongs to one thread at a time.
public final class PerfBuffer {
    private var raw: OpaquePointer?
    private let subject: String
    /// The kernel drops the buffers when the descriptor by which they were put in the map is closed.
    private let descriptor: OwnedDescriptor
    private var records: [[UInt8]] = []
    private var lost: UInt64 = 0

    /// Opens the buffers of all CPUs that are online.
    ///
    /// - Parameters:
    ///   - map: A perf buffer; may be closed afterwards.
    ///   - pagesPerCPU: Room for records, a power of two.
    /// - Throws: ``BPFError`` with `.wrongType`, or with `.system`.
    public init(_ map: borrowing Map, pagesPerCPU: Int = 64) throws(BPFError) {
        subject = map.subject
        try map.info.require(type: [.perfEventArray], attempt: "open perf buffer", subject: subject)
        do throws(Errno) {
            descriptor = try map.descriptor.duplicate()
        } catch {
            throw .system("open perf buffer", subject, error)
        }
        // SAFETY: libbpf calls within `poll` alone, and this object outlives the buffer.
        let context = Unmanaged.passUnretained(self).toOpaque()
        let opened = bpf_shim_open_perf_buffer(
            map.descriptor.rawValue, pagesPerCPU,
            { context, bytes, size in
                guard let context, let bytes else { return }
                let buffer = Unmanaged<PerfBuffer>.fromOpaque(context).takeUnretainedValue()
                buffer.records.append(
                    Array(UnsafeRawBufferPointer(start: bytes, count: Int(size))))
            },
            { context, count in
                guard let context else { return }
                Unmanaged<PerfBuffer>.fromOpaque(context).takeUnretainedValue().lost += count
            }, context)
        guard let opened else { throw .system("open perf buffer", subject, Errno(rawValue: errno)) }
        raw = opened
    }

    deinit {
        if let raw { bpf_shim_close_perf_buffer(raw) }
    }

    /// Waits for records and takes those that are there.
    ///
    /// - Parameter milliseconds: How long to wait at most.
    /// - Returns: The records, with some bytes of padding behind each, and how many were lost.
    /// - Throws: ``BPFError`` with `.system`.
    public func take(
        waiting milliseconds: Int32
    ) throws(BPFError) -> (records: [[UInt8]], lost: UInt64) {
        let result = bpf_shim_poll_perf_buffer(raw, milliseconds)
        guard result >= 0 || Errno(rawValue: -result) == .interrupted else {
            throw .system("read perf buffer", subject, Errno(rawValue: -result))
        }
        defer {
            records = []
            lost = 0
        }
        return (records, lost)
    }
}

extension MapType {
    /// `BPF_MAP_TYPE_PERF_EVENT_ARRAY`. Since Linux 4.3.
    public static let perfEventArray = MapType(rawValue: 4)
}
