internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A file system in which the kernel describes itself to tracers: tracefs or debugfs.
///
/// Where it is mounted, that mount is used; else one that nobody else sees, which ends with the
/// value.
struct TraceFileSystem: ~Copyable {
    private let mount: DetachedMount?
    /// A path to its root, for this process.
    let path: String

    /// tracefs: tracepoints, and which functions can be traced.
    static func trace() throws -> TraceFileSystem {
        try TraceFileSystem(
            "tracefs", at: ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"], holding: "events")
    }

    /// debugfs: which functions kprobes must not be put on.
    static func debug() throws -> TraceFileSystem {
        try TraceFileSystem("debugfs", at: ["/sys/kernel/debug"], holding: "kprobes")
    }

    private init(_ type: String, at places: [String], holding entry: String) throws {
        if let place = places.first(where: { access("\($0)/\(entry)", R_OK | X_OK) == 0 }) {
            mount = nil
            path = place
            return
        }
        do throws(Errno) {
            let mount = try DetachedMount(type: type)
            path = mount.path
            self.mount = consume mount
        } catch {
            let hint: String? =
                switch error {
                case .notPermitted: "run as root"
                case .operationNotSupportedByDevice: "the kernel was built without it"
                default: nil
                }
            throw TracingError(
                "mount", type, error.sentence, errno: error, hint: hint,
                code: error == .notPermitted || error == .operationNotSupportedByDevice
                    ? .unsupported : .failed)
        }
    }

    /// The text of a file below the root.
    func text(_ name: String) throws -> String {
        try ProcFile.read("\(path)/\(name)")
    }
}
