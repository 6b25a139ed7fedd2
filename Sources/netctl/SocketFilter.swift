import ArgumentParser
import LinuxSystem
import Tracing

/// Which sockets are shown.
struct SocketFilter: ParsableArguments {
    @Option(help: "Only sockets of this process; may be repeated.")
    var pid: [Int32] = []

    @Option(help: "Only sockets of processes of this name, as ps -o comm shows it.")
    var comm: [String] = []

    @Option(help: "Only sockets of processes of this user, by number.")
    var uid: [UInt32] = []

    @Option(help: "Only sockets of processes in this cgroup or below: a path below the mount.")
    var cgroup: String?

    @Option(help: "Only sockets of this unit of systemd's: nginx.service.")
    var unit: String?

    @Option(help: "Only sockets of this container: its id, or how that begins.")
    var container: String?

    @Option(help: "Only sockets with this port on either end; may be repeated.")
    var port: [UInt16] = []

    @Option(help: "Only this network namespace: a name in /run/netns, or its inode.")
    var netns: String?

    func validate() throws {
        if let cgroup, !cgroup.hasPrefix("/") {
            throw ValidationError("--cgroup takes a path that begins with '/'.")
        }
    }

    /// The inode of the namespace that is meant; nil: any.
    func namespace() throws -> UInt64? {
        guard let netns else { return nil }
        if let inode = UInt64(netns) { return inode }
        return try NetworkNamespace(named: netns).inode
    }

    /// Whether a place is wanted; `place` is asked only if that matters.
    func wants(_ place: @autoclosure () -> CgroupPlace?) -> Bool {
        if cgroup == nil && unit == nil && container == nil { return true }
        guard let place = place() else { return false }
        if let cgroup, !place.isWithin(cgroup) { return false }
        if let unit, place.unit != unit { return false }
        if let container, !(place.container?.hasPrefix(container) ?? false) { return false }
        return true
    }

    /// Whether a process is wanted, but for its place.
    func wants(_ owner: SocketOwner) -> Bool {
        (pid.isEmpty || pid.contains(owner.pid)) && (comm.isEmpty || comm.contains(owner.comm))
            && (uid.isEmpty || uid.contains(owner.uid))
    }

    /// Whether any process will do.
    var isOfProcesses: Bool {
        !pid.isEmpty || !comm.isEmpty || !uid.isEmpty || cgroup != nil || unit != nil
            || container != nil
    }
}
