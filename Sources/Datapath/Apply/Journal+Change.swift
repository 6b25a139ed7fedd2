internal import LinuxSystem
internal import SystemPackage

extension Journal {
    /// Puts the new bodies in force and makes the apply final, or leaves it to be confirmed.
    ///
    /// - Parameters:
    ///   - root: The folder of all pins.
    ///   - pending: The wait for a confirmation; nil: it is final.
    ///   - attach: Puts stubs on their hooks; those of additions have their bodies in force already.
    /// - Returns: Why users' programs have not the better mode, by their folders of pins.
    /// - Throws: What `attach` throws, and ``DatapathError``; everything is as it was before.
    @discardableResult mutating func carryOut(
        in root: PinRoot, pending: PendingRecord? = nil, attach: () throws -> Void
    ) throws -> [String: String] {
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
            var reasons: [String: String] = [:]
            for program in programs ?? [] {
                reasons[program.folder] = try program.make(in: root)
            }
            if let pending {
                state = .pending(pending)
                try write(in: root)
            } else {
                try complete(in: root)
            }
            return reasons
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
        for program in programs ?? [] {
            work.attempt { try program.undo(in: root) }
        }
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
