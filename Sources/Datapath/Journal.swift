internal import BPF
internal import LinuxSystem
internal import NetctlABI
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
    private static func draftPath(in root: PinRoot) -> FilePath {
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

// MARK: The change

extension Journal {
    /// Puts the new bodies in force and makes the apply final, or leaves it to be confirmed.
    ///
    /// - Parameters:
    ///   - root: The folder of all pins.
    ///   - pending: The wait for a confirmation; nil: it is final.
    ///   - attach: Puts stubs on their hooks; those of additions have their bodies in force already.
    /// - Throws: What `attach` throws, and ``DatapathError``; everything is as it was before.
    mutating func carryOut(
        in root: PinRoot, pending: PendingRecord? = nil, attach: () throws -> Void
    ) throws {
        try write(in: root)
        do {
            let new = Set(additions)
            for swap in swaps where new.contains(swap.attachment) { try swap.make(in: root) }
            try attach()
            for swap in swaps where !new.contains(swap.attachment) { try swap.make(in: root) }
            Failpoint.readBack.reach()
            for swap in swaps where try !swap.isMade(in: root) {
                throw DatapathError(
                    "apply policy '\(policy)'", swap.attachment,
                    "the kernel does not hold the new body that was stored")
            }
            for program in programs ?? [] { try program.make(in: root) }
            if let pending {
                state = .pending(pending)
                return try write(in: root)
            }
            try complete(in: root)
        } catch {
            // What is final is finished by the next command, not undone. So is an undoing that fails.
            switch state {
            case .finishing, .finished: break
            case .storing, .pending, .confirming, .undoing: try? undo(in: root)
            }
            throw error
        }
    }
}

// MARK: Recovery

extension Journal {
    /// Undoes or finishes the apply that left a journal behind.
    ///
    /// - Returns: What was done, in words; nil when there was none, or one that may still be confirmed.
    /// - Throws: ``DatapathError`` when it cannot be read.
    static func recover(in root: PinRoot) throws -> String? {
        try? Directory.unlink(draftPath(in: root).string)
        guard var journal = try current(in: root) else { return nil }
        let cutShort = "an apply of policy '\(journal.policy)' that was cut short"
        switch journal.state {
        case .pending(let pending):
            guard pending.isOver else { return nil }
            try journal.undo(in: root)
            return "policy '\(journal.policy)' was not confirmed in time and is reverted"
        case .storing:
            try journal.undo(in: root)
            return "undid " + cutShort
        case .undoing(let corrections):
            try journal.cleanUp(corrections, in: root)
            return "undid " + cutShort
        case .confirming:
            try journal.complete(in: root)
        case .finishing(let corrections):
            try journal.finish(corrections, in: root)
        case .finished:
            try journal.keep(in: root)
        }
        return "finished " + cutShort
    }

    /// Puts the old bodies back and removes what was new. An attachment that is gone meanwhile has
    /// nothing to be undone.
    ///
    /// - Throws: Why something could not be; the rest was, and the next command tries again.
    mutating func undo(in root: PinRoot) throws {
        if case .pending = state {
            // From the first hook that goes back on, all have to.
            state = .storing
            try write(in: root)
        }
        var work = Attempts()
        for swap in swaps where !additions.contains(swap.attachment) {
            work.attempt { try swap.putBack(in: root) }
        }
        for folder in additions {
            let pins = root.pins(named: folder)
            work.attempt { if pins.exist { try pins.removeAll() } }
        }
        for program in programs ?? [] { program.undo(in: root) }
        for folder in revivals {
            work.attempt {
                try root.pins(named: folder).leaveHook()
                try root.retire(folder)
            }
        }
        try work.end()
        // A packet may still be counting in a new body, or be about to be handed on to one.
        if !swaps.isEmpty { GracePeriod.wait() }
        let corrections = try swaps.flatMap { try $0.corrections(of: .undo, in: root) }
        state = .undoing(corrections)
        try write(in: root)
        try cleanUp(corrections, in: root)
    }

    /// Removes what an undone apply had brought.
    private func cleanUp(_ corrections: [Correction], in root: PinRoot) throws {
        var work = Attempts()
        for correction in corrections { work.attempt { try correction.make(in: root) } }
        for swap in swaps { work.attempt { try swap.forgetNew(in: root) } }
        try work.end()
        Failpoint.dropJournal.reach()
        try Directory.unlink(Self.path(in: root).string)
    }

    /// Makes what is in force final.
    mutating func complete(in root: PinRoot) throws {
        for swap in swaps where swap.pending != nil {
            try swap.confirm(in: root)
        }
        let gone = try swaps.contains { swap in
            try swap.pending != nil || !swap.retired(by: .finish, in: root).isEmpty
        }
        if gone { GracePeriod.wait() }
        let corrections = try swaps.flatMap { try $0.corrections(of: .finish, in: root) }
        var final = self
        final.state = .finishing(corrections)
        try final.write(in: root)
        self = final
        try finish(corrections, in: root)
    }

    /// Removes what is replaced, but for the last bodies: everything new is in force.
    private mutating func finish(_ corrections: [Correction], in root: PinRoot) throws {
        var work = Attempts()
        for correction in corrections { work.attempt { try correction.make(in: root) } }
        for swap in swaps { work.attempt { try swap.forgetEarlier(in: root) } }
        for folder in removals {
            work.attempt {
                try root.pins(named: folder).leaveHook()
                // Until it was confirmed, everything passed there.
                try swaps.first { $0.attachment == folder }?.putBack(in: root)
                try root.retire(folder)
            }
        }
        for program in programs ?? [] where program.new == nil {
            work.attempt { try root.retireProgram(program.folder) }
        }
        try work.end()
        try keep(in: root)
    }

    /// Keeps it for going back, in the place of the one before.
    private mutating func keep(in root: PinRoot) throws {
        state = .finished
        try write(in: root)
        let gone = (programs ?? []).filter { $0.new == nil }.map(\.folder)
        try root.removeRetired(except: removals + gone)
        Failpoint.keepJournal.reach()
        try Directory.rename(Self.path(in: root).string, to: Self.lastPath(in: root).string)
    }
}

/// Several things of which each is done whether or not the others can be.
private struct Attempts {
    private var error: (any Error)?

    mutating func attempt(_ body: () throws -> Void) {
        do { try body() } catch { self.error = self.error ?? error }
    }

    /// - Throws: What the first that could not be done threw.
    func end() throws { if let error { throw error } }
}

extension Journal.Correction {
    /// An attachment that is gone meanwhile counts no more.
    fileprivate func make(in root: PinRoot) throws {
        let pins = root.pins(named: attachment)
        guard pins.isComplete else { return }
        Failpoint.correct.reach()
        try Counters(pinned: pins.counters, access: .readWrite).correct(self)
    }
}

// MARK: The bodies of one attachment

extension Journal.Swap {
    private func bodies(in root: PinRoot) throws -> OpenBodies {
        try OpenBodies(root.pins(named: attachment))
    }

    /// Whether the attachment is there still: one that is gone meanwhile needs nothing any more.
    private func exists(in root: PinRoot) -> Bool { root.pins(named: attachment).exist }

    /// Puts the new body in force, the old one behind it.
    func make(in root: PinRoot) throws {
        let bodies = try bodies(in: root)
        Failpoint.storePrevious.reach()
        try bodies.store(old, at: NETCTL_BODY_PREVIOUS)
        if pending != nil {
            Failpoint.storeCandidate.reach()
            try bodies.store(new, at: NETCTL_BODY_CANDIDATE)
        }
        Failpoint.storeActive.reach()
        try bodies.store(pending ?? new, at: bodies.policyEntry())
    }

    /// Whether the kernel holds what ``make(in:)`` stored.
    func isMade(in root: PinRoot) throws -> Bool {
        let bodies = try bodies(in: root)
        return try bodies.program(at: bodies.policyEntry()) == pending ?? new
    }

    /// Ends the wait for a confirmation: the new body is in force for good.
    func confirm(in root: PinRoot) throws {
        guard exists(in: root) else { return }
        let bodies = try bodies(in: root)
        Failpoint.storeConfirmed.reach()
        try bodies.store(new, at: bodies.policyEntry())
    }

    /// Puts the old body back in force. What is behind it stays until no packet can be on its way there.
    fileprivate func putBack(in root: PinRoot) throws {
        guard exists(in: root) else { return }
        let bodies = try bodies(in: root)
        Failpoint.putBack.reach()
        try bodies.store(old, at: bodies.policyEntry())
    }

    fileprivate func forgetNew(in root: PinRoot) throws {
        guard exists(in: root) else { return }
        let bodies = try bodies(in: root)
        Failpoint.forgetNew.reach()
        let isThere = earlier.map(root.pins(named: attachment).hasBody) ?? false
        try bodies.store(isThere ? earlier : nil, at: NETCTL_BODY_PREVIOUS)
        try bodies.store(nil, at: NETCTL_BODY_CANDIDATE)
        try bodies.removeReplaced()
    }

    fileprivate func forgetEarlier(in root: PinRoot) throws {
        guard exists(in: root) else { return }
        let bodies = try bodies(in: root)
        Failpoint.forgetEarlier.reach()
        try bodies.store(nil, at: NETCTL_BODY_CANDIDATE)
        try bodies.removeReplaced()
    }

    fileprivate enum End { case finish, undo }

    /// The slots of rules that are gone when the apply has come to its end.
    fileprivate func retired(by end: End, in root: PinRoot) throws -> [SlotDirectory.Entry] {
        let pins = root.pins(named: attachment)
        guard pins.isComplete else { return [] }
        let before = try slots(old ?? earlier, pins)
        // Without a new policy the directory of the one before goes on.
        let after = try new == nil ? before : slots(new, pins)
        switch end {
        case .finish: return before.without(after)
        case .undo: return after.without(before)
        }
    }

    /// Where the counts of those rules go; no packet may still be counting there.
    fileprivate func corrections(
        of end: End, in root: PinRoot
    ) throws -> [Journal.Correction] {
        let retired = try retired(by: end, in: root)
        guard !retired.isEmpty else { return [] }
        let counters = try Counters(
            pinned: root.pins(named: attachment).counters, access: .readOnly)
        return counters.retiring(retired).map {
            Journal.Correction(attachment: attachment, slot: $0.key, count: $0.value)
        }
    }

    private func slots(_ program: UInt32?, _ pins: AttachmentPins) throws -> SlotDirectory {
        guard let program else { return .empty }
        return try PinnedRecord.read(BodyRecord.self, at: pins.record(program)).policy?.slots
            ?? .empty
    }
}
