internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// The pins of a user's program on a hook.
struct ProgramPins {
    /// The folder that holds them.
    let folder: FilePath

    /// The link that keeps the program on its hook. The attachment exists when this does, or `filter`.
    var link: FilePath { folder.appending("link") }
    /// Further links of a program that needs one for each CPU.
    func link(_ number: Int) -> FilePath { number == 0 ? link : folder.appending("link-\(number)") }
    /// The program, where a clsact filter and no link keeps it on its hook.
    var filter: FilePath { folder.appending("filter") }
    /// The ``ProgramRecord``.
    var record: FilePath { folder.appending("record") }
    /// A map of the program's, by its name in C.
    func map(_ name: String) -> FilePath { folder.appending("map-\(name)") }

    /// Whether the attachment exists.
    var isComplete: Bool {
        [link, filter].contains { (try? FileIdentity(path: $0.string)) != nil }
    }

    /// The names in the folder; none when there is no folder.
    func names() throws -> [String] {
        do throws(Errno) {
            return try Directory.entries(at: folder.string)
        } catch .noSuchFileOrDirectory {
            return []
        }
    }

    /// Removes the attachment: what keeps the program on its hook first.
    func removeAll() throws {
        guard (try? FileIdentity(path: folder.string)) != nil else { return }
        for name in try names() where name == "link" || name.hasPrefix("link-") {
            removeLink(folder.appending(name))
        }
        try removeFilter()
        for name in try names() { try Directory.unlink(folder.appending(name).string) }
        try Directory.remove(folder.string)
    }

    /// Unpinning alone lets the kernel detach some time later. Links of tracing cannot be told to
    /// detach: they go with their last name.
    private func removeLink(_ path: FilePath) {
        do {
            let held = try Link(pinned: path)
            try Directory.unlink(path.string)
            try held.detach()
        } catch {
            try? Directory.unlink(path.string)
        }
    }

    private func removeFilter() throws {
        guard (try? FileIdentity(path: filter.string)) != nil else { return }
        if let program = try? Program(pinned: filter).info.id { try clsactHook?.detach(program) }
        try Directory.unlink(filter.string)
    }

    /// Where a filter would keep the program, if it is on a TC hook.
    var clsactHook: ClsactHook? {
        guard let record = try? PinnedRecord.read(ProgramRecord.self, at: record),
            let point = record.attachPoint
        else { return nil }
        return ClsactHook(
            point, root: folder.removingLastComponent(), handle: ClsactHook.programHandle)
    }
}
