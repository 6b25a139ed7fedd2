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
            _ = try write { Terminal.passOnResult($0) }
            return
        }
        let kind = (try? FileState(path: path))?.kind ?? .regular
        // What is no file is written to, and not replaced by one.
        let count =
            try kind == .regular ? replace(path) : save(to: path, [.truncate], path) { _ in }
        if global.output == .text { global.say("saved \(entries(count)) to \(path)") }
    }

    private func replace(_ path: String) throws -> Int {
        let draft = "\(path).netctl-\(getpid())"
        do {
            // In a folder that others may write to, the name may be taken by a link to anything.
            try? Directory.unlink(draft)
            // Or a loss of power behind the renaming leaves an empty file.
            let count = try save(to: draft, [.create, .exclusiveCreate], path) { file in
                try file.synchronize()
            }
            do throws(Errno) {
                try Directory.rename(draft, to: path)
            } catch {
                throw Self.failure(path, error)
            }
            return count
        } catch {
            try? Directory.unlink(draft)
            throw error
        }
    }

    private func save(
        to path: String, _ options: FileDescriptor.OpenOptions, _ name: String,
        finish: (FileDescriptor) throws -> Void
    ) throws -> Int {
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: options,
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            return try file.closeAfter {
                let count = try write { text in _ = try file.writeAll(text.utf8) }
                try finish(file)
                return count
            }
        } catch let errno as Errno {
            throw Self.failure(name, errno)
        }
    }

    private static func failure(_ path: String, _ errno: Errno) -> SystemError {
        SystemError(attempt: "save block list", subject: path, errno: errno)
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
