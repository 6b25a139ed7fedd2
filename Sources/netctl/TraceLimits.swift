import ArgumentParser
import LinuxSystem
import Tracing

/// When a trace ends, and how it runs until then.
struct TraceLimits: ParsableArguments {
    @Option(help: "End after this time: 500ms, 10s, 5m.")
    var duration: Interval?

    @Option(help: "End after this many events.")
    var count: UInt64?

    func validate() throws {
        if count == 0 { throw ValidationError("--count takes a number over 0.") }
    }

    /// How long an event may lie in the ring buffer unseen, and how late a signal is.
    private static let tick: Int32 = 100

    /// Watches until the end, and prints each event.
    func run(
        _ subject: TraceSubject, _ options: TraceSession.Options = .init(),
        filter: () throws -> TraceFilter, tree: Bool = false, _ global: GlobalOptions
    ) throws {
        try reporting {
            let filter = try filter()
            let reporter = TraceReporter(filter: filter, tree: tree)
            Interruption.await()
            let session = try TraceSession(subject, options: options, filter: filter)
            if !global.quiet { filter.absent.forEach(Terminal.warning) }
            if global.verbose { session.limits.forEach(Terminal.warning) }
            if global.output == .text { global.say("netctl: watches \(subject.rawValue)") }
            let deadline = duration.map { ContinuousClock.now + $0.duration }
            var lost: UInt64 = 0
            while !isOver(reporter, deadline), !Interruption.isWished {
                try session.wait(milliseconds: Self.tick)
                lost = try take(session, reporter, lost, global)
            }
            // What happened before the end belongs to it.
            lost = try take(session, reporter, lost, global)
            try end(reporter, filtered: try session.filtered + reporter.filtered, lost, global)
        }
    }

    /// Prints what was seen since; returns how many events are lost by now.
    private func take(
        _ session: TraceSession, _ reporter: TraceReporter, _ before: UInt64,
        _ global: GlobalOptions
    ) throws -> UInt64 {
        reporter.beginBatch()
        try session.drain { event in
            guard !isOver(reporter, nil), let report = reporter.report(event) else { return }
            try global.write(report.document, text: [report.text])
        }
        let lost = try session.lost
        if lost > before {
            Terminal.warning("\(lost - before) events lost: they came faster than they were read")
        }
        return lost
    }

    private func isOver(_ reporter: TraceReporter, _ deadline: ContinuousClock.Instant?) -> Bool {
        if let count, reporter.shown >= count { return true }
        return deadline.map { ContinuousClock.now >= $0 } ?? false
    }

    private struct EndDocument: Encodable {
        let version = 1
        let event = "end"
        let shown: UInt64
        let filtered: UInt64
        let lost: UInt64
    }

    private func end(
        _ reporter: TraceReporter, filtered: UInt64, _ lost: UInt64, _ global: GlobalOptions
    ) throws {
        let document = EndDocument(shown: reporter.shown, filtered: filtered, lost: lost)
        guard global.output == .text else { return try global.write(document, text: []) }
        global.say(
            "netctl: \(reporter.shown) events shown, \(filtered) filtered, \(lost) lost")
    }
}
