/// The mounts of a mount namespace, in the order they were made.
public struct MountTable: Sendable {
    /// Every mount, including those hidden below another on the same mount point.
    public let mounts: [Mount]

    /// Parses the text of a mountinfo file; malformed lines are left out.
    public init(mountinfo text: String) {
        mounts = text.split(separator: "\n").compactMap { Mount(line: $0) }
    }

    /// The mounts that the calling thread sees.
    ///
    /// - Throws: ``SystemError`` if `/proc` cannot be read.
    public static func current() throws(SystemError) -> MountTable {
        MountTable(mountinfo: try ProcFile.read("/proc/thread-self/mountinfo"))
    }

    /// The mounts that a process sees, with mount points relative to its root.
    ///
    /// - Throws: ``SystemError`` with `ENOENT` if there is no such process.
    public init(pid: Int32) throws(SystemError) {
        self.init(mountinfo: try ProcFile.read("/proc/\(pid)/mountinfo"))
    }

    /// The mount that is seen at `path`: the last one made there.
    public func mount(at path: String) -> Mount? {
        mounts.last { $0.mountPoint == path }
    }

    /// Every mount of a file system type: `mounts(ofType: "cgroup2")`.
    public func mounts(ofType type: String) -> [Mount] {
        mounts.filter { $0.type == type }
    }
}
