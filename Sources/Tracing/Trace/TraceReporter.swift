/// Makes of each event what is printed.
public final class TraceReporter {
    private let filter: TraceFilter
    private let tree: Bool
    private let cgroups = CgroupNames()
    private let reasons: ResetReasons
    private var history = ProcessHistory()
    private var clock = EventClock()

    /// How many events were shown.
    public private(set) var shown: UInt64 = 0
    /// How many were left out by the filter.
    public private(set) var filtered: UInt64 = 0

    /// - Parameters:
    ///   - filter: Which events are shown.
    ///   - tree: Whether processes are indented below those that started them.
    public init(filter: TraceFilter = TraceFilter(), tree: Bool = false) {
        self.filter = filter
        self.tree = tree
        reasons = ResetReasons()
    }

    /// Looks at the clocks anew: once for each batch of events.
    public func beginBatch() { clock = EventClock() }

    /// What is to be printed of an event.
    ///
    /// - Parameter event: Each event, in their order.
    /// - Returns: `nil` for one that is not shown: left out by the filter, a fork, the end of a process
    ///   whose beginning was not shown.
    public func report(_ event: TraceEvent) -> TraceReport? {
        let report =
            switch event {
            case .process(let process): report(process)
            case .socket(let socket): report(socket)
            }
        if report != nil { shown += 1 }
        return report
    }

    private func report(_ process: TracedProcess) -> TraceReport? {
        switch process.change {
        case .fork:
            history.forked(process)
            return nil
        case .exec:
            let place = cgroups.place(of: process.process)
            guard filter.matches(process.process, in: place) else {
                filtered += 1
                return nil
            }
            let depth = history.ran(process, in: place)
            return TraceReport(process, in: place, depth: tree ? depth : 0, ran: nil, clock)
        case .exit:
            guard let past = history.ended(process) else { return nil }
            return TraceReport(
                process, in: past.place, depth: tree ? past.depth : 0, ran: past.nanoseconds, clock)
        }
    }

    private func report(_ socket: TracedSocket) -> TraceReport? {
        let place = socket.owner.flatMap { cgroups.place(of: $0.process) }
        let isOfMeantProcess =
            socket.owner.map { filter.matches($0.process, in: place) } ?? !filter.needsOwner
        guard isOfMeantProcess, filter.matches(socket) else {
            filtered += 1
            return nil
        }
        return TraceReport(socket, in: place, reasons, clock)
    }
}
