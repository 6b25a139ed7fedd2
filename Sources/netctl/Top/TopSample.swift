import Datapath
import PolicyCompiler
import Statistics

/// What was counted at one moment: of all attachments the verdicts, and what one view lists.
struct TopSample {
    let time: ContinuousClock.Instant
    /// How many attachments there are.
    let attachments: Int
    /// Whether what was not there in the sample before had counted nothing then.
    private let beginsAtZero: Bool
    private let verdicts: [TopKey: Count]
    private let counts: [TopKey: Count]

    /// Reads the counters of attachments.
    ///
    /// - Parameters:
    ///   - attachments: The attachments.
    ///   - view: What is listed.
    ///   - processes: Where the view of processes has its counts from.
    /// - Throws: `DatapathError`.
    init(of attachments: [Attachment], _ view: TopView, _ processes: TopProcesses?) throws {
        let statistics = try attachments.map(Statistics.init(reading:))
        time = .now
        self.attachments = attachments.count
        beginsAtZero = view == .source || view == .process
        verdicts = Self.keyed(statistics) { statistics in
            let hook = statistics.attachment.point.hook
            return statistics.verdicts.map { ($0.verdict.name(on: hook), $0.count) }
        }
        switch view {
        case .verdict: counts = verdicts
        case .rule: counts = Self.keyed(statistics) { $0.rules.map { ($0.rule.name, $0.count) } }
        case .reason:
            counts = Self.keyed(statistics) { $0.reasons.map { ($0.reason.rawValue, $0.count) } }
        case .source:
            counts = Self.keyed(statistics) { statistics in
                // One that was detached meanwhile has none.
                let talkers = (try? statistics.attachment.readTalkers()) ?? []
                return talkers.map { ("\($0.address)", $0.count) }
            }
        case .process: counts = processes?.counts ?? [:]
        }
    }

    private static func keyed(
        _ all: [Statistics], _ counts: (Statistics) -> [(String, Count)]
    ) -> [TopKey: Count] {
        var found: [TopKey: Count] = [:]
        for statistics in all {
            let attachment = statistics.attachment
            let place = "\(attachment.location.shortName) \(attachment.point.hook)"
            for (name, count) in counts(statistics) {
                found[TopKey(name: name, place: place)] = count
            }
        }
        return found
    }

    /// What the view lists: what grew since a sample before of the same view.
    func rows(since before: TopSample?) -> [TopRow] {
        rows(counts, before?.counts, since: before)
    }

    private func rows(
        _ counts: [TopKey: Count], _ past: [TopKey: Count]?, since before: TopSample?
    ) -> [TopRow] {
        let seconds = before.map { (time - $0.time) / .seconds(1) } ?? 0
        return counts.map { key, count in
            TopRow(
                name: key.name, place: key.place, packets: count.packets, bytes: count.bytes,
                before: (past?[key] ?? (beginsAtZero && past != nil ? .zero : nil)).map {
                    ($0.packets, $0.bytes)
                }, seconds: seconds)
        }
    }

    /// Packets each second: all, and those that were not let by.
    func rates(since before: TopSample?) -> (seen: UInt64, dropped: UInt64) {
        let rows = rows(verdicts, before?.verdicts, since: before)
        let dropped = rows.filter { ["drop", "deny", "aborted"].contains($0.name) }
        return (
            rows.reduce(0) { $0 + $1.packetRate }, dropped.reduce(0) { $0 + $1.packetRate }
        )
    }
}

extension Location {
    /// `eth1`, `eth1@blue` in a network namespace, the path of a cgroup.
    fileprivate var shortName: String {
        netns.map { "\(name)@\($0)" } ?? name
    }
}
