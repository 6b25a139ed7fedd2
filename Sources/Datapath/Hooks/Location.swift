internal import LinuxSystem

/// What people call the place of an attachment: an interface, or a cgroup.
public struct Location: Hashable, Sendable {
    /// The interface's name.
    public let interface: String?
    /// The network namespace's name; nil for process 1's, and for cgroups.
    public let netns: String?
    /// The cgroup's path below the mount of cgroup v2: `/system.slice`.
    public let cgroup: String?

    /// An interface of a network namespace.
    public static func interface(_ name: String, netns: String?) -> Location {
        Location(interface: name, netns: netns, cgroup: nil)
    }

    /// A cgroup.
    public static func cgroup(_ path: String) -> Location {
        Location(interface: nil, netns: nil, cgroup: path)
    }

    /// The path of a cgroup as locations have it, of a path below the mount or a full one.
    ///
    /// - Throws: ``DatapathError`` when it cannot be a cgroup's path, or cgroup v2 is not mounted.
    public static func cgroupPath(_ text: String) throws(DatapathError) -> String {
        try translating { try CgroupMount.current().plainPath(text) }
    }

    /// The interface's name or the cgroup's path.
    public var name: String { interface ?? cgroup ?? "" }
}
