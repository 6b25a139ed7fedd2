import ArgumentParser
import Foundation
import LinuxSystem
import Tracing

/// How long events are read.
struct EventSpan: ParsableArguments {
    @Flag(name: [.short, .long], help: "Go on until interrupted.")
    var follow = false

    @Option(help: "End after so many events.")
    var count: UInt64?

    @Option(help: "End after this time, such as 30s.")
    var duration: Interval?

    func validate() throws {
        if count == 0 { throw ValidationError("--count takes a number over 0.") }
    }

    private func limit(usual: Duration?) -> Duration? {
        if let duration { return duration.duration }
        return follow || count != nil ? nil : usual
    }

    /// Reads until the time is over, the events are enough or somebody wants it to end.
    ///
    /// - Parameters:
    ///   - reader: What is read.
    ///   - usual: How long, if nothing is said of it; nil: until interrupted.
    ///   - take: Given each event.
    ///   - flush: Called when there are no more for the moment.
    /// - Returns: How many events were taken.
    /// - Throws: `TracingError`, and what `take` and `flush` throw.
    func read(
        _ reader: EventReader, usual: Duration?, take: (Event) throws -> Void,
        flush: () throws -> Void
    ) throws -> UInt64 {
        let end = limit(usual: usual).map { ContinuousClock.now + $0 }
        var taken: UInt64 = 0
        func isEnough() -> Bool { count.map { taken >= $0 } ?? false }
        func each(_ event: Event) throws {
            guard !isEnough() else { return }
            taken += 1
            try take(event)
        }
        Interruption.await()
        while !Interruption.isWished, !isEnough(), end.map({ .now < $0 }) ?? true {
            try reader.wait(milliseconds: 50)
            try reader.read(each)
            try flush()
        }
        try reader.finish(each)
        try flush()
        return taken
    }
}

extension EventReader {
    /// What was shown and what was not, once the reading has ended: `12 events, 3 suppressed, 0 lost`.
    func summary(shown: UInt64) throws -> String {
        let totals = try totals()
        var parts = [
            "\(shown) events shown", "\(totals.suppressed) suppressed", "\(totals.lost) lost",
        ]
        let rest = totals.sent - min(totals.sent, shown)
        if rest > 0 { parts.append("\(rest) of others") }
        return parts.joined(separator: ", ")
    }

    /// Says what will not be seen.
    func warnOfLimits() { for limit in limits { Terminal.warning("not seen here: \(limit)") } }
}
