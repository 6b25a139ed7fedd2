import ArgumentParser
import LinuxSystem
import NetTypes
import Tracing

/// Which processes a trace shows. Options of one kind may be repeated: any of them is enough; options
/// of several kinds must all hold.
struct ProcessSelection: ParsableArguments {
    @Option(help: "Only this process; may be repeated.")
    var pid: [Int32] = []

    @Option(help: "Only processes of this name, a pattern such as 'nginx*'; may be repeated.")
    var comm: [String] = []

    @Option(help: "Only processes of this user, a number; may be repeated.")
    var uid: [UInt32] = []

    @Option(help: "Only processes of this cgroup and those below it; may be repeated.")
    var cgroup: [String] = []

    @Option(help: "Only processes of this systemd unit; may be repeated.")
    var unit: [String] = []

    @Option(help: "Only processes of this container: its id, or how that begins; may be repeated.")
    var container: [String] = []

    func apply(to filter: inout TraceFilter) throws {
        filter.pids = Set(pid)
        filter.comms = comm
        filter.uids = Set(uid)
        filter.units = unit
        filter.containers = container
        guard !cgroup.isEmpty else { return }
        let mount = try CgroupMount.current()
        filter.cgroups = try cgroup.map { try mount.plainPath($0) }
    }
}

extension TraceFilter {
    /// What is named and not there, for a warning.
    var absent: [String] {
        Absent.processes(pids.sorted()) + Absent.cgroups(cgroups) + Absent.units(units)
    }
}

/// Which sockets a trace shows.
struct SocketSelection: ParsableArguments {
    @OptionGroup var processes: ProcessSelection

    @Option(help: "Only this address or prefix, at either end; may be repeated.")
    var ip: [PrefixArgument] = []

    @Option(help: "Only this port or range, at either end; may be repeated.")
    var port: [PortArgument] = []

    @Option(help: "Only this network namespace: a name in /run/netns, or its inode.")
    var netns: String?

    func filter() throws -> TraceFilter {
        var filter = TraceFilter()
        try processes.apply(to: &filter)
        filter.prefixes = ip.map(\.prefix)
        filter.ports = port.map(\.range)
        if let netns {
            filter.netns = try UInt64(netns) ?? NetworkNamespace(named: netns).inode
        }
        return filter
    }
}

/// An address, or a prefix of addresses.
struct PrefixArgument: ExpressibleByArgument {
    let prefix: IPPrefix

    init?(argument: String) {
        guard let prefix = try? IPPrefix(argument) else { return nil }
        self.prefix = prefix.unmapped
    }
}

/// A port, or a range of them.
struct PortArgument: ExpressibleByArgument {
    let range: PortRange

    init?(argument: String) {
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map {
            UInt16($0)
        }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
            let range = PortRange(first, last)
        else { return nil }
        self.range = range
    }
}
