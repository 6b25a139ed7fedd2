import Datapath
import PolicyCompiler
import Statistics

/// Statistics as text: tables for people, one fact a line for everything else.
struct StatsReport {
    /// A counted thing: `drop`, `default`, a rule, a set.
    private struct Row {
        let kind: Stats.Aspect
        let name: String
        /// The action of a rule, the rules of a set.
        var note = ""
        let count: Count
        var rate: UInt64?

        /// What the note is called.
        var noteKey: String { kind == .set ? "rules" : "action" }
    }

    private let parts: [(attachment: Attachment, rows: [Row])]

    /// A report.
    ///
    /// - Parameters:
    ///   - statistics: What was counted.
    ///   - before: The report before, for rates.
    ///   - seconds: How long ago that was.
    ///   - aspect: The only view wanted; nil for all that add up.
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
            let rows = Self.counts(now).filter { row in
                aspect.map { row.kind == $0 } ?? (row.kind != .set)
            }.map { row in
                guard before != nil else { return row }
                var row = row
                row.rate =
                    past["\(row.kind) \(row.name)"].map { earlier in
                        UInt64(Double(row.count.packets &- earlier.packets) / seconds)
                    } ?? 0
                return row
            }
            guard let top else { return (now.attachment, rows) }
            let most = rows.sorted { $0.count.packets > $1.count.packets }
            return (now.attachment, Array(most.prefix(top)))
        }
    }

    private static func counts(_ statistics: Statistics) -> [Row] {
        let hook = statistics.attachment.point.hook
        let verdicts = statistics.verdicts.map {
            Row(kind: .verdict, name: $0.verdict.name(on: hook), count: $0.count)
        }
        let reasons = statistics.reasons.map {
            Row(kind: .reason, name: $0.reason.rawValue, count: $0.count)
        }
        let rules = statistics.rules.map {
            Row(
                kind: .rule, name: $0.rule.name, note: $0.rule.action(on: hook), count: $0.count)
        }
        let sets = statistics.sets.map {
            Row(kind: .set, name: $0.name, note: $0.rules.joined(separator: ","), count: $0.count)
        }
        return verdicts + reasons + rules + sets
    }

    /// For people.
    var tables: [String] {
        parts.flatMap { attachment, rows in
            let isRated = rows.contains { $0.rate != nil }
            let note = rows.first?.kind == .set ? "RULES" : "ACTION"
            var table = TextTable(
                ["", "", note, "PACKETS", "BYTES"] + (isRated ? ["PACKETS/S"] : []))
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
                    + (row.note.isEmpty ? "" : "\(row.noteKey) \(row.note) ")
                    + "packets \(row.count.packets) bytes \(row.count.bytes)"
                    + (row.rate.map { " rate \($0)" } ?? "")
            }
        }
    }
}
