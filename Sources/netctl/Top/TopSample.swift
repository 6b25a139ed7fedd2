import Datapath
import PolicyCompiler
import Statistics

/// What all attachments had counted at one moment.
struct TopSample {
    let statistics: [Statistics]
    let time: ContinuousClock.Instant

    /// Reads the counters of attachments.
    init(of attachments: [Attachment]) throws {
        statistics = try attachments.map(Statistics.init(reading:))
        time = .now
    }

    /// What a view lists: what grew since the sample before.
    func rows(_ view: TopView, since before: TopSample?) -> [TopRow] {
        let seconds = before.map { (time - $0.time) / .seconds(1) } ?? 0
        return statistics.flatMap { now -> [TopRow] in
            let old = before?.statistics.first { $0.attachment.point == now.attachment.point }
            let past = Dictionary(
                (old.map { counts($0, view) } ?? []), uniquingKeysWith: { first, _ in first })
            let place = "\(now.attachment.location.shortName) \(now.attachment.point.hook)"
            return counts(now, view).map { name, count in
                TopRow(
                    name: name, place: place, packets: count.packets, bytes: count.bytes,
                    before: past[name].map { ($0.packets, $0.bytes) }, seconds: seconds)
            }
        }
    }

    private func counts(_ statistics: Statistics, _ view: TopView) -> [(String, Count)] {
        let hook = statistics.attachment.point.hook
        return switch view {
        case .verdict: statistics.verdicts.map { ($0.verdict.name(on: hook), $0.count) }
        case .reason: statistics.reasons.map { ($0.reason.rawValue, $0.count) }
        case .rule: statistics.rules.map { ($0.rule.name, $0.count) }
        }
    }

    /// Packets each second: all, and those that were not let by.
    func rates(since before: TopSample?) -> (seen: UInt64, dropped: UInt64) {
        let rows = rows(.verdict, since: before)
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
