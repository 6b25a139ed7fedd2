internal import LinuxSystem
internal import NetctlABI
package import SystemPackage

/// The folder of all pins, `/sys/fs/bpf/netctl`. It is there while anything is attached.
package struct PinRoot {
    /// How long a command waits for others: the largest policies take most of a minute to load.
    static let lockWait = Duration.seconds(60)

    private let fileSystem: BPFFileSystem

    /// Where it belongs, and where everybody sees it.
    package static let place = "\(BPFFileSystem.mountPoint)/netctl"

    /// Where it is, by a path that works in this process.
    package var path: FilePath { fileSystem.path.appending("netctl") }

    /// The folder, if anything is attached.
    package static func existing() throws -> PinRoot? {
        guard let fileSystem = try BPFFileSystem.mounted() else { return nil }
        let root = PinRoot(fileSystem: fileSystem)
        // Somebody may have laid it there to have pins made, or removed, elsewhere.
        if (try? ProcFile.link(root.path.string)) != nil {
            throw DatapathError(
                "read pins", root.path.string, "it is a symbolic link",
                errno: .tooManySymbolicLinkLevels, hint: "remove it")
        }
        do throws(Errno) {
            _ = try Directory.entries(at: root.path.string)
            return root
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw root.refusal("read pins", error)
        }
    }

    /// The folder, made now if nothing was attached.
    static func existingOrCreate() throws -> PinRoot {
        if let root = try existing() { return root }
        let root = PinRoot(fileSystem: try BPFFileSystem.mountedOrMount())
        do throws(Errno) {
            try Directory.make(root.path.string, mode: 0o700)
        } catch .fileExists {
            // Another netctl was faster.
        } catch {
            throw root.refusal("create folder of pins", error)
        }
        return root
    }

    private func refusal(_ attempt: String, _ errno: Errno) -> DatapathError {
        let lacking = errno == .notPermitted || errno == .permissionDenied
        return DatapathError(
            attempt, path.string, errno.sentence, errno: errno,
            hint: lacking ? "run as root" : nil, code: lacking ? .unsupported : .failed)
    }

    /// Changes what is attached, while other netctl commands wait. What a killed command left is
    /// undone or finished first; the folder, and bpffs if netctl mounted it, are removed behind the
    /// last attachment, also when `body` throws.
    ///
    /// - Parameters:
    ///   - discarding: Whether nothing that is there matters any more, so that what a killed command
    ///     left need not be read.
    ///   - notice: Told what was undone or finished.
    ///   - body: The change.
    /// - Returns: What `body` returns.
    /// - Throws: ``Gone``, and what `body` throws.
    func change<Result>(
        discarding: Bool = false, notice: (String) -> Void, _ body: () throws -> Result
    ) throws -> Result {
        // bpffs cannot be unmounted before the lock's descriptor is closed.
        defer { try? fileSystem.unmountIfOursAndEmpty() }
        return try locked {
            guard !discarding else {
                Journal.discard(in: self)
                return try body()
            }
            try refuseOtherVersions()
            if let recovered = try Journal.recover(in: self) { notice(recovered) }
            try removeLitter(notice: notice)
            return try body()
        }
    }

    private func locked<Result>(_ body: () throws -> Result) throws -> Result {
        let lock = try self.lock()
        defer {
            try? tidyUp()
            _ = lock.path
        }
        return try body()
    }

    /// Removes what a body left that threw half-way, and what goes with the last attachment. What the next
    /// command has to finish first is not litter.
    private func tidyUp() throws {
        guard try !Journal.awaitsRecovery(in: self) else { return }
        try removeLitter { _ in }
        try removeUnusedBlockList()
        try removeIfEmpty()
    }

    /// The netctl that was waited for has removed the last attachment, and the folder with it.
    struct Gone: Error {}

    private func lock() throws -> FileLock {
        do {
            return try FileLock(path: path.string, waitingUpTo: Self.lockWait)
        } catch  where error.errno == .noSuchFileOrDirectory {
            throw Gone()
        } catch {
            throw DatapathError("wait for another netctl", path.string, "\(error)")
        }
    }

    /// Every attachment point that has pins, complete or not; none once the folder is gone.
    func points() throws -> [AttachPoint] {
        do throws(Errno) {
            return try Directory.entries(at: path.string).compactMap(AttachPoint.init(pinName:))
        } catch .noSuchFileOrDirectory {
            return []
        }
    }

    /// The pins of an attachment that was there a moment ago.
    func existingPins(of point: AttachPoint, to attempt: String) throws -> AttachmentPins {
        let pins = pins(of: point)
        guard pins.isComplete else {
            throw DatapathError(attempt, point.pinName, "it was detached meanwhile")
        }
        return pins
    }

    /// The pins of one attachment point.
    func pins(of point: AttachPoint) -> AttachmentPins { pins(named: point.pinName) }

    /// The pins in one folder.
    func pins(named folder: String) -> AttachmentPins {
        AttachmentPins(folder: path.appending(folder))
    }

    /// Makes the folder of a new attachment.
    func createPins(of point: AttachPoint) throws -> AttachmentPins {
        let pins = pins(of: point)
        if try Directory.entries(at: path.string).contains(point.pinName) { try pins.removeAll() }
        Failpoint.makeFolder.reach()
        try Directory.make(pins.folder.string, mode: 0o700)
        return pins
    }

    /// Whose work is finished or undone, in notices.
    static let cutShort = "a command that was cut short"

    /// Removes what commands that were killed left behind: half an attachment, bodies that nothing
    /// calls.
    private func removeLitter(notice: (String) -> Void) throws {
        let kept = try Journal.bodies(in: self)
        for point in try points() {
            let pins = pins(of: point)
            if !pins.isComplete {
                let name = pins.shownName
                try pins.removeAll()
                notice("removed what \(Self.cutShort) left of \(name)")
            } else if try OpenBodies(pins).removeReplaced(except: kept) {
                notice("removed what \(Self.cutShort) had loaded for \(pins.shownName)")
            }
        }
        let programs = try self.programs()
        let named = try programs.isEmpty ? [] : Journal.programs(in: self)
        for pins in programs {
            if pins.isComplete {
                // What cannot be read is told by 'status', and is no reason to do nothing.
                switch try? pins.removeLitter(except: named) {
                case .finished: notice("finished what \(Self.cutShort) had begun with \(pins.name)")
                case .removed: notice("removed what \(Self.cutShort) left beside \(pins.name)")
                case nil: break
                }
            } else {
                try pins.removeAll()
                notice("removed what \(Self.cutShort) left of program \(pins.name)")
            }
        }
    }

    /// Removes the block list, if no attachment is left that packets come by.
    ///
    /// - Returns: How many entries went with it.
    @discardableResult func removeUnusedBlockList() throws -> Int {
        guard try !points().contains(where: { $0.hook.hasAddresses }) else { return 0 }
        let entries = try BlockPins(in: path).remove()
        // They would judge by a list that nobody can change any more.
        try removeRetired { AttachPoint(pinName: $0)?.hook.hasAddresses == true }
        return entries
    }

    private func removeIfEmpty() throws {
        // Without attachments there is nothing to go back to, and nothing to tell of.
        if try points().isEmpty && programs().isEmpty {
            Journal.discard(in: self)
        }
        if try points().isEmpty { try removeEventMaps() }
        guard try Directory.entries(at: path.string).isEmpty else { return }
        try Directory.remove(path.string)
    }
}

/// Attachments that the last apply has removed, kept for going back: their folders of pins are called
/// `was-` and what they were called.
extension PinRoot {
    private static let retiredPrefix = "was-"

    /// Keeps the pins of an attachment that is off its hook. One that has none any more is no error.
    func retire(_ folder: String) throws {
        Failpoint.retire.reach()
        do throws(Errno) {
            try Directory.rename(pins(named: folder).folder.string, to: retiredPath(folder).string)
        } catch .noSuchFileOrDirectory {}
    }

    /// The pins of an attachment that was removed.
    func retiredPins(of folder: String) -> AttachmentPins {
        AttachmentPins(folder: retiredPath(folder))
    }

    /// Takes a user's program off its hook and keeps its pins.
    func retireProgram(_ folder: String) throws {
        try ProgramPins(folder: path.appending(folder)).leaveHook()
        try retire(folder)
    }

    /// Whether the pins of an attachment that was removed are there.
    func isRetired(_ folder: String) -> Bool {
        (try? FileIdentity(path: retiredPath(folder).string)) != nil
    }

    /// Gives pins that were kept their old name back; nothing is on the hook yet.
    func revive(_ folder: String) throws {
        Failpoint.revive.reach()
        try Directory.rename(retiredPath(folder).string, to: pins(named: folder).folder.string)
    }

    /// Removes pins that were kept.
    ///
    /// - Parameters:
    ///   - kept: What they were called, of those that stay.
    ///   - condition: Whether one goes, by what it was called.
    /// - Throws: `Errno`; ``DatapathError`` when the kernel does not let go of a filter.
    func removeRetired(
        except kept: [String] = [], where condition: (String) -> Bool = { _ in true }
    ) throws {
        for name in try Directory.entries(at: path.string)
        where name.hasPrefix(Self.retiredPrefix) {
            let former = String(name.dropFirst(Self.retiredPrefix.count))
            guard !kept.contains(former), condition(former) else { continue }
            try pins(named: name).removeAll()
        }
    }

    private func retiredPath(_ folder: String) -> FilePath {
        path.appending(Self.retiredPrefix + folder)
    }
}
