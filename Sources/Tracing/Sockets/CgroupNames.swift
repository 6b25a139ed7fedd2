internal import LinuxSystem

/// Where processes belong, by the ids of their cgroups. Paths are looked up once.
public final class CgroupNames {
    private let mount = try? CgroupMount.current()
    private var paths: [UInt64: String?] = [:]

    /// An empty cache.
    public init() {}

    /// Where a process belongs. The cgroup of version 2 says it; where that is the root, as of all
    /// processes on a system with version 1, `/proc/PID/cgroup` is asked, if the process still runs.
    public func place(of owner: SocketOwner) -> CgroupPlace? {
        let path = self.path(ofID: owner.cgroupID)
        if let path, path != "/" { return CgroupPlace(path: path) }
        if let old = owner.running.flatMap(Self.oldPath) { return CgroupPlace(path: old) }
        return path.map(CgroupPlace.init(path:))
    }

    /// The path of a cgroup of version 2 below the mount; nil if it is gone.
    public func path(ofID id: UInt64) -> String? {
        if id == 0 { return nil }
        if let known = paths[id] { return known }
        let found = (try? mount?.path(ofID: id)) ?? nil
        paths[id] = .some(found)
        return found
    }

    /// The path of a process in the hierarchies of version 1: systemd's own, or any that is not the
    /// root.
    private static func oldPath(_ process: LinuxProcess) -> String? {
        let paths = process.cgroupPaths
        if let named = paths["name=systemd"], named != "/" { return named }
        return paths.filter { $0.key != "" && $0.value != "/" }.sorted { $0.key < $1.key }
            .first?.value
    }

    /// The id of a cgroup by its path; 0 if there is none.
    static func id(ofPath path: String?) -> UInt64 {
        guard let path, let mount = try? CgroupMount.current(), let handle = try? mount.open(path)
        else { return 0 }
        return handle.cgroup.id
    }
}
