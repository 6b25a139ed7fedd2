internal import LinuxSystem
internal import SystemPackage

/// What an apply that touches several hooks is about to do, pinned while it does it. Killed at any
/// instant, it is undone or finished by the next command. The last one that was finished is kept, for
/// one can go back from it.
struct Journal: Codable {
    /// A body that takes the place of another one.
    struct Swap: Codable {
        /// The attachment's folder of pins.
        let attachment: String
        /// The program that was there; nil for none.
        let old: UInt32?
        /// The program that comes; nil for none.
        let new: UInt32?
        /// What `old` had replaced, and one could go back to until now.
        let earlier: UInt32?
        /// The program that has `new` in force until the deadline, when there is one.
        var pending: UInt32?
    }

    /// A count that the control plane writes when rules are gone. It says what to write and not what
    /// to add, so that writing it twice does no harm.
    struct Correction: Codable {
        /// The attachment's folder of pins.
        let attachment: String
        /// Index into the control plane's block of `counters`.
        let slot: Int
        /// What to write there.
        let count: Count
    }

    /// How far it got.
    enum State: Codable {
        /// Bodies are being stored: it can only be undone.
        case storing
        /// Everything is in force, until a deadline: it can be confirmed or undone.
        case pending(PendingRecord)
        /// It was confirmed: it can only be finished.
        case confirming
        /// Everything is in force: it can only be finished.
        case finishing([Correction])
        /// The old bodies are back: they only have to be cleaned up after.
        case undoing([Correction])
        /// It is kept for going back.
        case finished
    }

    /// The policy being applied.
    let policy: String
    /// How far it got.
    var state: State
    /// In the order in which they are made.
    var swaps: [Swap]
    /// Folders of attachments that did not exist before.
    let additions: [String]
    /// Folders of attachments that are to go.
    let removals: [String]
    /// Folders of attachments that had gone and come back.
    let revivals: [String]
    /// Users' programs that come, go or are replaced; nil in the journal of an older netctl.
    let programs: [ProgramSwap]?

    init(
        policy: String, swaps: [Swap], additions: [String], removals: [String],
        revivals: [String] = [], programs: [ProgramSwap] = [], state: State = .storing
    ) {
        self.policy = policy
        self.swaps = swaps
        self.additions = additions
        self.removals = removals
        self.revivals = revivals
        self.programs = programs
        self.state = state
    }
}

// MARK: Pins

extension Journal {
    /// Where the one under way is pinned.
    static func path(in root: PinRoot) -> FilePath { root.path.appending("journal") }
    /// Where the last finished one is pinned.
    static func lastPath(in root: PinRoot) -> FilePath { root.path.appending("previous") }
    /// Where a state of it is while it is written.
    static func draftPath(in root: PinRoot) -> FilePath {
        root.path.appending("journal-draft")
    }

    /// The one under way, or nil.
    static func current(in root: PinRoot) throws -> Journal? { try read(path(in: root)) }
    /// The last finished one, or nil.
    static func last(in root: PinRoot) throws -> Journal? { try read(lastPath(in: root)) }

    /// The bodies that the apply under way is about, those that it would bring back included.
    static func bodies(in root: PinRoot) throws -> Set<UInt32> {
        let swaps = try current(in: root)?.swaps ?? []
        return Set(swaps.flatMap { [$0.old, $0.new, $0.earlier, $0.pending].compactMap(\.self) })
    }

    /// Whether the next command has something to finish or to undo.
    static func awaitsRecovery(in root: PinRoot) throws -> Bool {
        guard let journal = try current(in: root) else { return false }
        if case .pending(let pending) = journal.state { return pending.isOver }
        return true
    }

    private static func read(_ path: FilePath) throws -> Journal? {
        guard (try? FileIdentity(path: path.string)) != nil else { return nil }
        return try PinnedRecord.read(Journal.self, at: path)
    }

    /// Writes it, in the place of an earlier state of the same apply.
    func write(in root: PinRoot) throws {
        state.failpoint.reach()
        try PinnedRecord.replace(self, at: Self.path(in: root))
    }

    /// Forgets the apply that left a journal behind and the one before: everything that they are
    /// about is to be removed, or is gone.
    static func discard(in root: PinRoot) {
        for path in [draftPath(in: root), path(in: root), lastPath(in: root)] {
            try? Directory.unlink(path.string)
        }
        try? root.removeRetired()
    }
}
