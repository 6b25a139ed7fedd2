import ArgumentParser
import Datapath
import LinuxSystem

struct Detach: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detach",
        abstract: "Remove exactly what netctl put on an interface or cgroup, nothing of others.",
        discussion: """
            Programs that 'attach --program' put on the kernel's own hooks (tracepoints, functions …) go by \
            their names, those on a socket by the process, too. 'netctl status' lists all.

            Examples:
              netctl detach eth1
              netctl detach eth1 --hook tc-egress
              netctl detach --cgroup /system.slice
              netctl detach --program on_exec
              netctl detach --socket 4711
              netctl detach --all
            """)

    @OptionGroup var selection: Selection

    @Flag(help: "Everything, everywhere.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "Only the program of this name that --program attached; needed where it is on no "
                + "interface or cgroup.", valueName: "name"))
    var program: String?

    @Option(
        help: ArgumentHelp(
            "The programs on sockets of a process, or on one of its descriptors.",
            valueName: "pid[:fd]"))
    var socket: SocketWord?

    @OptionGroup var global: GlobalOptions

    private struct Document: Encodable {
        let version = 1
        let detached: [String]
        /// Entries of the block list that went with the last attachment.
        let blocked: Int
    }

    func validate() throws {
        if all && (program != nil || socket != nil) {
            throw ValidationError("--all excludes --program and --socket.")
        }
        if socket != nil && selection.isNamed {
            throw ValidationError("--socket excludes an interface and --cgroup.")
        }
        if all == selection.isNamed && program == nil && socket == nil {
            throw ValidationError(
                "Name an interface, --cgroup, --program or --socket, or use --all.")
        }
    }

    func run() throws {
        try reporting {
            let observation = try Observation.now()
            if all {
                let (count, blocked) = try Reconciler.reporting.detachAll()
                let names =
                    observation.attachments.map(\.hookName) + observation.programs.map(\.hookName)
                try global.write(
                    Document(detached: names, blocked: blocked),
                    text: names.isEmpty && count == 0
                        ? ["nothing is attached"] : lines(names, blocked))
                return
            }
            try observation.requireReadable()
            let found =
                program == nil && socket == nil ? try selection.attachments(in: observation) : []
            let programs = try selection.programs(in: observation)
                .filter { program == nil || $0.record.name == program }
                .filter { socket?.names($0.record.socket) ?? true }
            guard !found.isEmpty || !programs.isEmpty else {
                // What a command left that was cut short goes all the same.
                try Reconciler.reporting.detach([])
                let nothing =
                    if let program {
                        "no program '\(program)' is attached there"
                    } else if let socket {
                        "no program is attached to a socket of process \(socket.pid)"
                    } else {
                        try selection.nothing(in: observation)
                    }
                try global.write(Document(detached: [], blocked: 0), text: [nothing])
                return
            }
            let blocked = try Reconciler.reporting.detach(found.map(\.point))
            try Reconciler.reporting.detach(programs: programs)
            let names = found.map(\.hookName) + programs.map(\.hookName)
            try global.write(
                Document(detached: names, blocked: blocked), text: lines(names, blocked))
        }
    }

    private func lines(_ names: [String], _ blocked: Int) -> [String] {
        names.map { "detached \($0)" }
            + (blocked == 0 ? [] : ["removed the block list: \(entries(blocked))"])
    }
}

extension SocketWord {
    /// Whether a program's socket is the one that is meant, or one of them.
    fileprivate func names(_ socket: ProcessSocket?) -> Bool {
        guard let socket, socket.pid == pid else { return false }
        return descriptor == nil || descriptor == socket.descriptor
    }
}
