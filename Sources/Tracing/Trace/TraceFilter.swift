internal import Glibc
public import NetTypes

/// Which events are shown: those for which every part that was given holds. A part about a process
/// does not hold for a socket whose owner nobody knows.
public struct TraceFilter: Sendable {
    /// Processes; empty for all.
    public var pids: Set<Int32> = []
    /// Patterns of the shell's for names of processes.
    public var comms: [String] = []
    /// Users.
    public var uids: Set<UInt32> = []
    /// Cgroups by path; those below belong to them.
    public var cgroups: [String] = []
    /// Units of systemd's, with their suffix or without.
    public var units: [String] = []
    /// Containers, by their ids or how these begin.
    public var containers: [String] = []
    /// Addresses, of either end.
    public var prefixes: [IPPrefix] = []
    /// Ports, of either end.
    public var ports: [PortRange] = []
    /// Of changes of state only those that end a connection.
    public var onlyEnds = false
    /// The inode of a network namespace.
    public var netns: UInt64?

    /// Lets everything by.
    public init() {}

    /// Whether a process is meant.
    func matches(_ process: SocketOwner, in place: @autoclosure () -> CgroupPlace?) -> Bool {
        guard pids.isEmpty || pids.contains(process.pid),
            uids.isEmpty || uids.contains(process.uid),
            comms.isEmpty || comms.contains(where: { fnmatch($0, process.comm, 0) == 0 })
        else { return false }
        guard needsPlace else { return true }
        guard let place = place() else { return false }
        return (cgroups.isEmpty || cgroups.contains(where: place.isWithin))
            && (units.isEmpty || units.contains(where: place.isOf))
            && (containers.isEmpty
                || containers.contains { place.container?.hasPrefix($0) ?? false })
    }

    private var needsPlace: Bool { !(cgroups.isEmpty && units.isEmpty && containers.isEmpty) }

    /// Whether a socket is meant, whoever has it.
    func matches(_ socket: TracedSocket) -> Bool {
        let ends = [socket.local, socket.remote]
        return !(onlyEnds && !socket.isEnd) && (netns == nil || netns == socket.netns)
            && (prefixes.isEmpty
                || ends.contains { end in prefixes.contains { $0.contains(end.address) } })
            && (ports.isEmpty
                || ends.contains { end in ports.contains { $0.contains(end.port) } })
    }

    /// Whether only sockets with a known owner can be meant.
    var needsOwner: Bool {
        needsPlace || !(pids.isEmpty && comms.isEmpty && uids.isEmpty)
    }
}

extension CgroupPlace {
    /// Whether this is of a unit, with its suffix or without.
    fileprivate func isOf(_ name: String) -> Bool {
        unit.map { $0 == name || $0.prefix { $0 != "." } == name } ?? false
    }
}

extension TracedSocket {
    /// Whether it is the end of a connection.
    fileprivate var isEnd: Bool {
        guard case .state(let change) = self.change else { return false }
        return change.end != nil
    }
}
