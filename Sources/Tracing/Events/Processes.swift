internal import LinuxSystem

/// The processes that events are about.
final class Processes: EventOwners {
    /// What is not known here, and why.
    let limits: [String] = []

    init() {}

    func owner(of cookie: UInt64) -> EventOwner? { nil }

    func process(pid: Int32, comm: String, uid: UInt32, attachedTo cgroup: String?) -> EventOwner {
        EventOwner(
            pid: pid, comm: comm, uid: uid, cgroup: Self.cgroup(of: pid) ?? cgroup, unit: nil,
            container: nil, origin: nil)
    }

    /// Where a process is in the hierarchy of cgroups of version 2, if it still runs.
    private static func cgroup(of pid: Int32) -> String? {
        guard let text = try? ProcFile.read("/proc/\(pid)/cgroup") else { return nil }
        return text.split(separator: "\n").first { $0.hasPrefix("0::") }.map {
            String($0.dropFirst(3))
        }
    }
}
