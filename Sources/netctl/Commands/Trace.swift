import ArgumentParser
import Tracing

/// `netctl trace`.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show processes and TCP connections as they come and go.",
        discussion: """
            One line an event, until interrupted, --duration or --count. The kernel's own tracepoints \
            are used, no kprobes, so that nothing escapes for being short: a process that lives for \
            a millisecond, a connection that is refused.

            Whose a socket is, is known by the socket, never by the process that happens to run: \
            [how, origin] behind the owner says how the event led to the socket, and what the owner \
            was seen to do with it. 'by nobody known' is the honest rest.

              netctl trace exec --tree
              netctl trace connect --comm curl
              netctl trace rst --port 443 -o json

            'netctl probe check' says what works on this kernel.
            """,
        subcommands: [
            TraceExec.self, TraceConnect.self, TraceAccept.self, TraceStates.self,
            TraceRetransmit.self, TraceRST.self,
        ])
}

/// `netctl trace exec`.
struct TraceExec: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Programs that are run, and how they end.",
        discussion: """
            Arguments may hold secrets, of every user of the machine: they are read only with --args, \
            and at most 2048 bytes of them. Without it the path of the program is shown. 'after' is \
            the time since the program was run.

              netctl trace exec --tree --args
              netctl trace exec --uid 33 -o json
            """)

    @Flag(help: "Show the arguments of programs, too.")
    var args = false

    @Flag(help: "Indent processes below those that started them.")
    var tree = false

    @OptionGroup var processes: ProcessSelection
    @OptionGroup var limits: TraceLimits
    @OptionGroup var global: GlobalOptions

    func run() throws {
        var options = TraceSession.Options()
        options.arguments = args
        options.forks = tree
        try limits.run(
            .exec, options,
            filter: {
                var filter = TraceFilter()
                try processes.apply(to: &filter)
                return filter
            }, tree: tree, global)
    }
}

/// `netctl trace connect`.
struct TraceConnect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "TCP connections that processes of this host ask for.",
        discussion: """
            A line when it is decided: established, failed with the process's error, or abandoned \
            by the process, and how long that took. The process is the one that called connect(2).
            """)

    @OptionGroup var selection: SocketSelection
    @OptionGroup var limits: TraceLimits
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try limits.run(.connect, filter: selection.filter, global)
    }
}

/// `netctl trace accept`.
struct TraceAccept: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "TCP connections that come in.",
        discussion: """
            A line when the handshake is done. The owner is that of the listening socket [inherit]: \
            which of its processes takes the connection out of the queue, it alone knows later.
            """)

    @OptionGroup var selection: SocketSelection
    @OptionGroup var limits: TraceLimits
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try limits.run(.accept, filter: selection.filter, global)
    }
}

/// `netctl trace state`.
struct TraceStates: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "Every change of state of TCP sockets.",
        discussion: """
            How long the old state lasted and, at the end, how long the connection was established \
            and how many bytes went each way. TIME_WAIT is not seen: the kernel keeps no socket for it. Bytes that were sent \
            again count once; a FIN that came in counts as a byte.
            """)

    @Flag(help: "Only the end of each connection.")
    var closed = false

    @OptionGroup var selection: SocketSelection
    @OptionGroup var limits: TraceLimits
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try limits.run(
            .state,
            filter: {
                var filter = try selection.filter()
                filter.onlyEnds = closed
                return filter
            }, global)
    }
}

/// `netctl trace retransmit`.
struct TraceRetransmit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retransmit",
        abstract: "TCP segments that are sent again.",
        discussion:
            "With the state of the socket; handshakes that were not answered are in it, too.")

    @OptionGroup var selection: SocketSelection
    @OptionGroup var limits: TraceLimits
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try limits.run(.retransmit, filter: selection.filter, global)
    }
}

/// `netctl trace rst`.
struct TraceRST: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rst",
        abstract: "TCP resets, sent and received.",
        discussion: """
            For a reset that was sent, the kernel's reason from Linux 6.10 on. 'no socket': nothing \
            listened there.
            """)

    @OptionGroup var selection: SocketSelection
    @OptionGroup var limits: TraceLimits
    @OptionGroup var global: GlobalOptions

    func run() throws {
        try limits.run(.rst, filter: selection.filter, global)
    }
}
