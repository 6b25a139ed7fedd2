import Datapath
import Foundation
import LinuxSystem
import Statistics
import SystemPackage

/// The block list as a file that sets and `block add -` read.
struct BlockListFile {
    private let selection: BlockSelection

    init(_ selection: BlockSelection) { self.selection = selection }

    /// Writes it whole, or not at all; `-` is standard output.
    func write(to path: String, _ global: GlobalOptions) throws {
        guard path != "-" else {
            _ = try write { try Terminal.passOnResult($0) }
            return
        }
        do {
            let count = try FileDescriptor.replaceFile(
                at: path, permissions: [.ownerReadWrite, .groupRead, .otherRead]
            ) { file in
                try write { text in _ = try file.writeAll(text.utf8) }
            }
            if global.output == .text { global.say("saved \(entries(count)) to \(path)") }
        } catch let errno as Errno {
            throw SystemError(attempt: "save block list", subject: path, errno: errno)
        }
    }

    /// Writes the lines, and returns how many entries there are.
    private func write(_ pass: (String) throws -> Void) throws -> Int {
        var count = 0
        var dates = DateText()
        var text = "# The block list of \(dates.text(of: Date())).\n"
        try selection.read { part in
            count += part.entries.count
            for entry in part.entries {
                let end = entry.expires.map { "until \(dates.text(of: $0))" }
                let note = [end, entry.reason.isEmpty ? nil : entry.reason].compactMap(\.self)
                text += "\(entry.prefix)"
                text += note.isEmpty ? "" : "  # \(note.joined(separator: ", "))"
                text += "\n"
            }
            try pass(text)
            text = ""
        }
        return count
    }
}
