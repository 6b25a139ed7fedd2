import ArgumentParser
import LinuxSystem
import Statistics
import Tracing

struct Sockets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sockets",
        abstract: "Show the sockets of all network namespaces, and whose they are.",
        discussion: """
            OWNER is the process that holds the socket; where several do, the one that was last seen \
            to do something with it, and how many more. ORIGIN says how that is known: scan, it \
            holds the socket now; create, bind, connect, send, accept, use, it was seen to do that \
            while 'netctl context' was on; inherit, nobody has been seen to accept the connection, \
            and this process owns the listener. CREATOR called socket(): of a socket that was passed \
            on, another process. '-' is unknown, as is what no process holds.

            DROPS are packets that the socket did not take, of a listener connections. QUEUE of a \
            listener are connections that nobody has accepted yet, and how many may wait.

              netctl sockets --listen
              netctl sockets --drops
              netctl sockets --unit nginx.service --port 443 -o json
            """)

    @Flag(help: "Only listeners, and UDP sockets that are not connected.")
    var listen = false

    @Flag(help: "Only sockets that have dropped something, or whose queue is full.")
    var drops = false

    @OptionGroup(title: "Which sockets") var filter: SocketFilter
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try reporting {
            let namespace = try filter.namespace()
            let table = try SocketTable.now()
            let names = CgroupNames()
            let entries = table.entries.filter { entry in
                (namespace.map { $0 == entry.netns } ?? true)
                    && (!listen || entry.state == .listen || entry.isOpenToAll)
                    && (!drops || entry.drops ?? 0 > 0 || entry.hasFullQueue)
                    && wantsPorts(of: entry) && wantsOwners(of: entry, names)
            }
            let report = SocketReport(entries, of: table, names)
            try global.write(
                report.document,
                text: Terminal.showsResults ? report.table : report.facts)
            for failure in table.failures where !global.quiet { Terminal.warning(failure) }
        }
    }

    private func wantsPorts(of entry: SocketTable.Entry) -> Bool {
        filter.port.isEmpty || filter.port.contains(entry.local.port)
            || filter.port.contains(entry.remote.port)
    }

    private func wantsOwners(of entry: SocketTable.Entry, _ names: CgroupNames) -> Bool {
        guard filter.isOfProcesses else { return true }
        return entry.owners.contains { filter.wants($0) && filter.wants(names.place(of: $0)) }
    }
}

extension SocketTable.Entry {
    /// A socket that takes datagrams from anybody.
    fileprivate var isOpenToAll: Bool { proto == 17 && remote.port == 0 }
}
