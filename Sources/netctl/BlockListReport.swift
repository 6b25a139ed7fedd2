import Datapath
import Foundation
import NetTypes
import Statistics

/// The block list as text: a table for people, one fact a line for everything else, and for people, too,
/// when it is long.
struct BlockListReport {
    private let selection: BlockSelection

    init(_ selection: BlockSelection) { self.selection = selection }

    /// Prints it.
    func write() throws {
        var dates = DateText()
        try selection.read { part in
            if part.isWhole && Terminal.showsResults {
                for line in Self.table(part.entries) { try Terminal.result(line) }
            } else {
                try Terminal.passOnResult(Self.facts(part.entries, &dates))
            }
        }
    }

    private static func table(_ entries: [BlockEntry]) -> [String] {
        guard !entries.isEmpty else { return ["nothing is blocked"] }
        var table = TextTable(["ADDRESSES", "PACKETS", "BYTES", "ENDS", "REASON"])
        let now = Date()
        for entry in entries {
            table.add([
                entry.prefix.description, "\(entry.count.packets)", "\(entry.count.bytes)",
                entry.expires.map { "in \(text(of: $0.timeIntervalSince(now)))" } ?? "never",
                entry.reason,
            ])
        }
        return table.lines()
    }

    /// `203.0.113.7/32 packets 4 bytes 392 added 2026-11-26T01:00:00Z expires - reason ssh`
    private static func facts(_ entries: [BlockEntry], _ dates: inout DateText) -> String {
        var text = ""
        for entry in entries {
            text += "\(entry.prefix) packets \(entry.count.packets) bytes \(entry.count.bytes)"
            text += " added "
            text += dates.text(of: entry.added)
            text += " expires "
            text += entry.expires.map { dates.text(of: $0) } ?? "-"
            if !entry.reason.isEmpty { text += " reason \(entry.reason)" }
            text += "\n"
        }
        return text
    }

    /// `59m`, `3h`: whole units, rounded up, so that what is not over does not say 0.
    static func text(of seconds: TimeInterval) -> String {
        let units: [(String, Double)] = [("d", 86400), ("h", 3600), ("m", 60)]
        for (unit, length) in units where seconds > length {
            return "\(Int((seconds / length).rounded(.up)))\(unit)"
        }
        return "\(max(1, Int(seconds.rounded(.up))))s"
    }
}
