internal import BPF
internal import BPFObjects
internal import NetTypes
internal import NetctlABI

/// A trace under way: its programs are attached as long as it lives, and whatever ends the process
/// ends them.
public final class TraceSession {
    private let links: [NamedLink]
    /// Whose sockets are whose; nil where the trace does not ask.
    private let context: SocketContext?
    private let ring: RingBuffer
    private let totals: ArrayMap<netctl_trace_totals>

    /// What is to be told of processes.
    public struct Options: Sendable {
        /// Read the arguments of programs. They may hold secrets.
        public var arguments = false
        /// Tell forks, too.
        public var forks = false

        /// Neither.
        public init() {}
    }

    /// Loads and attaches what a trace needs.
    ///
    /// - Parameters:
    ///   - subject: What to watch.
    ///   - options: What to tell of processes.
    ///   - filter: What is asked for. The kernel leaves out what it can tell; the rest is for a
    ///     ``TraceReporter`` to leave out.
    /// - Throws: ``TracingError`` with the code `unsupported` where the kernel or the privileges lack
    ///   something.
    public init(
        _ subject: TraceSubject, options: Options = Options(), filter: TraceFilter = TraceFilter()
    ) throws(TracingError) {
        do {
            let embedded = subject.object
            var object = try OpenObject(image: embedded.image(), name: "\(embedded.name)")
            let programs = subject.programs(options)
            try object.loadOnly(programs: programs)
            // Its programs come first on the tracepoints, so that they know a connection before ours
            // asks for it.
            context = subject.asksWhose ? try SocketContext.open() : nil
            try context?.share(with: &object)
            for (name, value) in subject.settings {
                try object.setGlobal(name, to: value)
            }
            // Forks are needed of all processes, to know how deep one of them is.
            if !options.forks { try filter.push(into: &object, of: subject) }
            let loaded = try object.load()
            ring = try RingBuffer(loaded.map("trace_events", as: Map.self))
            totals = try loaded.map("trace_totals")
            links = try programs.map {
                NamedLink(name: $0, link: try Link.attachTracing(program: loaded.program($0)))
            }
        } catch {
            throw TracingError(error)
        }
    }

    /// What is not known here, and why.
    public var limits: [String] { context?.limits ?? [] }

    /// Waits until there is something.
    ///
    /// - Parameter milliseconds: How long at most. A signal ends the wait early.
    /// - Throws: ``TracingError``.
    public func wait(milliseconds: Int32) throws(TracingError) {
        try translating { _ = try ring.wait(milliseconds: milliseconds) }
        try context?.sweepIfDue()
    }

    /// Takes what was seen so far, in the order in which it happened.
    ///
    /// - Parameter body: Called with each event.
    /// - Throws: What `body` throws, and ``TracingError``.
    public func drain(_ body: (TraceEvent) throws -> Void) throws {
        try ring.drain { record in
            if let event = TraceEvent(record) { try body(event) }
        }
    }

    /// How many events there were for which the ring buffer had no room. With those that were taken
    /// out, and ``filtered``, they are all that happened.
    public var lost: UInt64 {
        get throws(TracingError) { try translating { try totals.value(at: 0).lost } }
    }

    /// How many events the kernel has left out, for nobody asked for them.
    public var filtered: UInt64 {
        get throws(TracingError) { try translating { try totals.value(at: 0).filtered } }
    }
}

extension TraceFilter {
    /// Has the programs of a subject leave out what they can tell.
    fileprivate func push(into object: inout OpenObject, of subject: TraceSubject) throws {
        if let pid = pids.first, pids.count == 1 {
            try object.setGlobal("only_pid", to: UInt32(bitPattern: pid))
        }
        if let uid = uids.first, uids.count == 1 { try object.setGlobal("only_uid", to: uid) }
        guard subject != .exec else { return }
        if let netns { try object.setGlobal("only_netns", to: UInt32(truncatingIfNeeded: netns)) }
        if let range = ports.first, ports.count == 1 {
            try object.setGlobal("only_first_port", to: range.lower)
            try object.setGlobal("only_last_port", to: range.upper)
        }
        if subject == .state { try object.setGlobal("only_ends", to: onlyEnds) }
    }
}

extension TraceSubject {
    fileprivate var object: EmbeddedObject {
        switch self {
        case .exec: BPFObjects.traceExec
        case .connect, .accept, .state: BPFObjects.traceState
        case .retransmit: BPFObjects.traceRetransmit
        case .rst: BPFObjects.traceReset
        }
    }

    /// Whether owners of sockets come from the socket context. Who asks for a connection is seen.
    fileprivate var asksWhose: Bool {
        switch self {
        case .exec, .connect: false
        case .accept, .state, .retransmit, .rst: true
        }
    }

    /// The programs of the object that are needed.
    fileprivate func programs(_ options: TraceSession.Options) -> [String] {
        switch self {
        case .exec:
            [options.arguments ? "trace_arguments" : "trace_exec", "trace_exit"]
                + (options.forks ? ["trace_fork"] : [])
        case .connect, .accept, .state: ["trace_state"]
        case .retransmit: ["trace_resend", "trace_synack"]
        case .rst: ["trace_reset_sent", "trace_reset_received"]
        }
    }

    /// Switches of the object that are on.
    fileprivate var settings: [(String, Bool)] {
        switch self {
        case .connect: [("connects", true)]
        case .accept: [("accepts", true)]
        case .state: [("states", true)]
        case .exec, .retransmit, .rst: []
        }
    }
}
