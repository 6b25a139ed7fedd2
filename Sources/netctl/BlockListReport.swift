import Datapath
import Foundation
import NetTypes

/// The block list as text: a table for people, one fact a line for everything else.
struct BlockListReport {
    private let entries: [BlockEntry]

    init(_ entries: [BlockEntry]) { self.entries = entries }

    /// For people.
    var table: [String] {
        guard !entries.isEmpty else { return ["nothing is blocked"] }
        var table = TextTable(["ADDRESSES", "PACKETS", "BYTES", "ENDS", "REASON"])
        let now = Date()
        for entry in entries {
            table.add([
                entry.prefix.description, "\(entry.count.packets)", "\(entry.count.bytes)",
                entry.expires.map { "in \(Self.text(of: $0.timeIntervalSince(now)))" } ?? "never",
                entry.reason,
            ])
        }
        return table.lines()
    }

    /// `203.0.113.7/32 packets 4 bytes 392 added 2026-11-26T01:00:00Z expires - reason ssh`
    var facts: [String] {
        entries.map { entry in
            "\(entry.prefix) packets \(entry.count.packets) bytes \(entry.count.bytes) added "
                + "\(entry.added.formatted(.iso8601)) expires "
                + (entry.expires?.formatted(.iso8601) ?? "-")
                + (entry.reason.isEmpty ? "" : " reason \(entry.reason)")
        }
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

/// The block list as a file that sets and `block add -` read.
struct BlockListFile {
    private let entries: [BlockEntry]

    init(_ entries: [BlockEntry]) { self.entries = entries }

    /// Writes it whole, or not at all.
    func write(to path: String, _ global: GlobalOptions) throws {
        var text = "# The block list of \(Date().formatted(.iso8601)).\n"
        for entry in entries {
            let end = entry.expires.map { "until \($0.formatted(.iso8601))" }
            let note = [end, entry.reason.isEmpty ? nil : entry.reason].compactMap(\.self)
            text += "\(entry.prefix)" + (note.isEmpty ? "" : "  # \(note.joined(separator: ", "))")
            text += "\n"
        }
        guard path != "-" else {
            FileHandle.standardOutput.write(Data(text.utf8))
            return
        }
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            Terminal.error(
                "save block list: \(path): \((error as NSError).localizedDescription)")
            throw ExitStatus.failed
        }
        if global.output == .text {
            global.say(
                "saved \(entries.count) \(entries.count == 1 ? "entry" : "entries") to \(path)")
        }
    }
}
