internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// The pins of a user's program on a hook.
struct ProgramPins {
    /// The folder that holds them.
    let folder: FilePath

    /// The name of the folder.
    var name: String { folder.lastComponent?.string ?? "" }

    /// The link that keeps the program on its hook. The attachment exists when this does, or `filter`.
    var link: FilePath { folder.appending("link") }
    /// Further links of a program that needs one for each CPU.
    func link(_ number: Int) -> FilePath { number == 0 ? link : folder.appending("link-\(number)") }
    /// The program, where a clsact filter and no link keeps it on its hook.
    var filter: FilePath { folder.appending("filter") }
    /// The program, where a socket and no link holds it.
    var socket: FilePath { folder.appending("socket") }
    /// A link or filter on its way to the place of another one.
    func draft(_ number: Int) -> FilePath { folder.appending("new-\(number)") }
    /// A program by its id: the one on the hook, one that is to come, one to go back to.
    func program(_ id: UInt32) -> FilePath { folder.appending("program-\(id)") }
    /// The ``ProgramRecord`` of a program.
    func record(_ id: UInt32) -> FilePath { folder.appending("record-\(id)") }
    /// A map of the program's, by its name in C.
    func map(_ name: String) -> FilePath { folder.appending("map-\(name)") }
    /// An array of programs that a program has for itself, by the program's id and its name in C.
    func array(_ name: String, of program: UInt32) -> FilePath {
        folder.appending("array-\(program)-\(name)")
    }

    /// Whether the attachment exists.
    var isComplete: Bool { exists(link) || isFilter || isOfSocket }

    private func exists(_ path: FilePath) -> Bool {
        (try? FileIdentity(path: path.string)) != nil
    }

    /// The names in the folder; none when there is no folder.
    func names() throws -> [String] {
        do throws(Errno) {
            return try Directory.entries(at: folder.string)
        } catch .noSuchFileOrDirectory {
            return []
        }
    }

    /// What is known of one of the programs.
    func readRecord(of program: UInt32) throws -> ProgramRecord {
        try PinnedRecord.read(ProgramRecord.self, at: record(program))
    }

    /// The program on the hook.
    func programInForce() throws -> UInt32 {
        if isFilter { return try Program(pinned: filter).info.id }
        if isOfSocket { return try Program(pinned: socket).info.id }
        return try Link(pinned: link).info.programID
    }

    /// The program that is to take the place of a filter's; nil when none is, or it has.
    var comingFilter: UInt32? { try? Program(pinned: draft(0)).info.id }

    /// Whether a filter, and no link, keeps the program on its hook.
    var isFilter: Bool { exists(filter) }
    /// Whether a socket, and no link, has the program.
    var isOfSocket: Bool { exists(socket) }

    // MARK: Removing

    /// Removes the attachment: what keeps the program on its hook first.
    func removeAll() throws {
        guard exists(folder) else { return }
        try leaveHook()
        Failpoint.removeProgramPins.reach()
        for name in try names() { try Directory.unlink(folder.appending(name).string) }
        try Directory.remove(folder.string)
    }

    /// Takes the program off its hook; the other pins stay.
    ///
    /// - Throws: ``DatapathError`` when the kernel does not let go of a clsact filter.
    func leaveHook() throws {
        // The one by which the attachment exists goes first: cut short, the rest is litter.
        for name in try names().sorted() where name == "link" || name.hasPrefix("link-") {
            removeLink(folder.appending(name))
        }
        try removeHeld()
    }

    /// Unpinning alone lets the kernel detach some time later. Links of tracing cannot be told to
    /// detach: they go with their last name.
    private func removeLink(_ path: FilePath) {
        do {
            let held = try Link(pinned: path)
            Failpoint.leaveProgramHook.reach()
            try Directory.unlink(path.string)
            Failpoint.letGoOfProgram.reach()
            try held.detach()
        } catch {
            try? Directory.unlink(path.string)
        }
    }

    /// Takes a program off what holds it without a link, and removes the pin that knows of it; one that
    /// was on its way there, too. Cut short, the pin says that it is on its way again: the rest is litter.
    private func removeHeld() throws {
        for path in [draft(0), filter, socket] where exists(path) {
            guard let program = try program(pinnedAt: path) else { continue }
            Failpoint.leaveProgramHook.reach()
            try Directory.rename(path.string, to: draft(0).string)
            if let record = try legibleRecord(of: program) { try release(program, record) }
            Failpoint.letGoOfProgram.reach()
            try Directory.unlink(draft(0).string)
        }
    }

    /// A socket that is gone has taken the program with it.
    private func release(_ program: UInt32, _ record: ProgramRecord) throws {
        if let socket = record.socket {
            if let open = try? socket.open() { Program.removeFilter(of: open) }
        } else {
            try clsactHook(record)?.detach(program)
        }
    }

    /// The program of a pin; nil when it is of a link.
    private func program(pinnedAt path: FilePath) throws -> UInt32? {
        do throws(BPFError) {
            return try Program(pinned: path).info.id
        } catch  where error.code == .wrongType {
            return nil
        }
    }

    /// What is known of a program; nil when there is nothing, or another version wrote it, which is no
    /// reason to keep the rest.
    private func legibleRecord(of program: UInt32) throws -> ProgramRecord? {
        do {
            return try readRecord(of: program)
        } catch is DatapathError {
            return nil
        } catch let error as BPFError where error.code == .notFound {
            return nil
        }
    }

    /// Ends a replacement that was cut short, then removes the programs, and maps of theirs alone, that
    /// are neither on the hook nor kept.
    ///
    /// - Parameter kept: Programs that one may go back to, or that are to come.
    /// - Returns: What was done about what a command left that was cut short; nil when there was nothing.
    /// - Throws: `BPFError`; `NetlinkError`; ``DatapathError``.
    func removeLitter(except kept: Set<UInt32>) throws -> Litter? {
        var litter: Litter? = try settle() ? .finished : nil
        let inForce = try programInForce()
        var maps: Set<String> = []
        for id in kept.union([inForce]) {
            if let record = try? readRecord(of: id) { maps.formUnion(record.maps) }
        }
        for name in try names() {
            let parts = name.split(separator: "-", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let isNeeded =
                switch parts[0] {
                // A draft of a record has a second hyphen, and is no number.
                case "program", "record":
                    UInt32(parts[1]).map { $0 == inForce || kept.contains($0) } ?? false
                case "array":
                    UInt32(parts[1].prefix { $0 != "-" }).map {
                        $0 == inForce || kept.contains($0)
                    } ?? false
                case "map": maps.contains(parts[1])
                default: true
                }
            guard !isNeeded else { continue }
            try Directory.unlink(folder.appending(name).string)
            litter = litter ?? .removed
        }
        return litter
    }

    /// What became of what a command left that was cut short.
    enum Litter {
        /// The program that it had put in the place of another one stays.
        case finished
        /// Programs and maps beside the one on the hook are gone.
        case removed
    }

    /// Where a filter keeps a program, if it is on a TC hook.
    func clsactHook(_ record: ProgramRecord) -> ClsactHook? {
        record.attachPoint.flatMap { point in
            ClsactHook(
                point, root: folder.removingLastComponent(), handle: ClsactHook.programHandle)
        }
    }
}
