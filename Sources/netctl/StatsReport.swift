import Datapath
import PolicyCompiler
import Statistics

/// Statistics as text: tables for people, one fact a line for everything else.
struct StatsReport {
    /// A counted thing: `drop`, `default`, a rule.
    private struct Row {
        let kind: Stats.Aspect
        let name: String
        let note: String
        let count: Count
        let rate: UInt64?
    }

    private let parts: [(attachment: Attachment, rows: [Row])]

    /// A report.
    ///
    /// - Parameters:
    ///   - statistics: What was counted.
    ///   - before: The report before, for rates.
    ///   - seconds: How long ago that was.
    ///   - aspect: The only view wanted, or nil.
    ///   - top: Only so many rows, those with the most packets first; nil for all in their order.
    init(
        _ statistics: [Statistics], since before: [Statistics]?, seconds: Double,
        only aspect: Stats.Aspect?, top: Int? = nil
    ) {
        parts = statistics.map { now in
            let old = before?.first { $0.attachment.point == now.attachment.point }
            let past = Dictionary(
                (old.map(Self.counts) ?? []).map { ("\($0.kind) \($0.name)", $0.count) },
                uniquingKeysWith: { first, _ in first })
            let rows = Self.counts(now).filter { aspect == nil || $0.kind == aspect }.map { row in
                let rate = past["\(row.kind) \(row.name)"].map { earlier in
                    UInt64(Double(row.count.packets &- earlier.packets) / seconds)
                }
                return Row(
                    kind: row.kind, name: row.name, note: row.note, count: row.count,
                    rate: before == nil ? nil : rate ?? 0)
            }
            guard let top else { return (now.attachment, rows) }
            let most = rows.sorted { $0.count.packets > $1.count.packets }
            return (now.attachment, Array(most.prefix(top)))
        }
    }

    private static func counts(
        _ statistics: Statistics
    ) -> [(kind: Stats.Aspect, name: String, note: String, count: Count)] {
        let hook = statistics.attachment.point.hook
        return statistics.verdicts.map { (.verdict, $0.verdict.name(on: hook), "", $0.count) }
            + statistics.reasons.map { (.reason, $0.reason.rawValue, "", $0.count) }
            + statistics.rules.map { (.rule, $0.rule.name, $0.rule.action(on: hook), $0.count) }
    }

    /// For people.
    var tables: [String] {
        parts.flatMap { attachment, rows in
            let isRated = rows.contains { $0.rate != nil }
            var table = TextTable(
                ["", "", "ACTION", "PACKETS", "BYTES"] + (isRated ? ["PACKETS/S"] : []))
            for row in rows {
                table.add(
                    [row.kind.rawValue, row.name, row.note, "\(row.count.packets)"]
                        + ["\(row.count.bytes)"] + (row.rate.map { ["\($0)"] } ?? []))
            }
            let policy = attachment.policy.map { "policy \($0.policy), filter \($0.filter)" }
            let mode = attachment.record.mode.map { " (\($0))" } ?? ""
            let title =
                "\(attachment.name) \(attachment.point.hook)\(mode), "
                + "\(policy ?? "no policy")\(attachment.state == .paused ? ", paused" : "")"
            return [title] + table.lines(indent: 2)
        }
    }

    /// `eth1 netns - hook xdp verdict drop packets 4 bytes 392`
    var facts: [String] {
        parts.flatMap { attachment, rows in
            rows.map { row in
                "\(attachment.location.fact) hook \(attachment.point.hook) \(row.kind.rawValue) \(row.name) "
                    + (row.note.isEmpty ? "" : "action \(row.note) ")
                    + "packets \(row.count.packets) bytes \(row.count.bytes)"
                    + (row.rate.map { " rate \($0)" } ?? "")
            }
        }
    }
}
