internal import NetctlABI

/// What a trace has seen.
public enum TraceEvent: Sendable, Equatable {
    /// Something about a process.
    case process(TracedProcess)
    /// Something about a TCP socket.
    case socket(TracedSocket)

    /// Reads a record of `trace_events`; nil for what no program of this version writes.
    init?(_ record: RawSpan) {
        guard record.byteCount >= 12 else { return nil }
        // struct netctl_trace_*: the kind is behind the time.
        let kind = record.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt32.self)
        switch netctl_trace(rawValue: kind) {
        case NETCTL_TRACE_EXEC, NETCTL_TRACE_FORK, NETCTL_TRACE_EXIT:
            guard let process = TracedProcess(record, kind) else { return nil }
            self = .process(process)
        default:
            guard record.byteCount >= MemoryLayout<netctl_trace_socket>.size,
                // SAFETY: a structure of numbers, and the record holds one.
                let socket = TracedSocket(
                    record.unsafeLoadUnaligned(as: netctl_trace_socket.self))
            else { return nil }
            self = .socket(socket)
        }
    }
}

extension TracedProcess {
    fileprivate init?(_ record: RawSpan, _ kind: UInt32) {
        let size = MemoryLayout<netctl_trace_process>.size
        guard record.byteCount >= size else { return nil }
        // SAFETY: a structure of numbers, and the record holds one.
        let process = record.unsafeLoadUnaligned(as: netctl_trace_process.self)
        switch netctl_trace(rawValue: kind) {
        case NETCTL_TRACE_EXEC:
            var arguments: ProgramArguments?
            if record.byteCount > size {
                let kept = min(Int(process.arguments_kept), record.byteCount - size)
                let bytes = (0..<kept).map {
                    record.unsafeLoadUnaligned(fromByteOffset: size + $0, as: UInt8.self)
                }
                arguments = ProgramArguments(bytes, of: Int(process.arguments))
            }
            self.init(process, change: .exec(file: text(process.file), arguments: arguments))
        case NETCTL_TRACE_FORK:
            self.init(process, change: .fork)
        default:
            self.init(process, change: .exit(ExitCause(status: process.status)))
        }
    }
}
