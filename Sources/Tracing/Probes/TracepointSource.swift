/// The kernel's tracepoints: what tracefs has below `events`.
final class TracepointSource: ProbeSource {
    private let files: TraceFileSystem

    init() throws {
        files = try .trace()
    }

    func probes() throws -> [Probe] {
        try files.text("available_events").utf8.split(separator: UInt8(ascii: "\n"))
            .compactMap { String($0).map { Probe(.tracepoint, $0) } }
    }

    func detail(of probe: Probe) throws -> Probe.Detail {
        let folder = probe.name.replacing(":", with: "/", maxReplacements: 1)
        return .fields(TracepointField.fields(format: try files.text("events/\(folder)/format")))
    }
}
