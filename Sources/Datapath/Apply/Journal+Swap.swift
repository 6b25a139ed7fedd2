internal import BPF
internal import NetctlABI

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
    func putBack(in root: PinRoot) throws {
        guard exists(in: root) else { return }
        let bodies = try bodies(in: root)
        Failpoint.putBack.reach()
        try bodies.store(old, at: bodies.policyEntry())
    }

    func forgetNew(in root: PinRoot) throws {
        guard exists(in: root) else { return }
        let bodies = try bodies(in: root)
        Failpoint.forgetNew.reach()
        let isThere = earlier.map(root.pins(named: attachment).hasBody) ?? false
        try bodies.store(isThere ? earlier : nil, at: NETCTL_BODY_PREVIOUS)
        try bodies.store(nil, at: NETCTL_BODY_CANDIDATE)
        try bodies.removeReplaced()
    }

    func forgetEarlier(in root: PinRoot) throws {
        guard exists(in: root) else { return }
        let bodies = try bodies(in: root)
        Failpoint.forgetEarlier.reach()
        try bodies.store(nil, at: NETCTL_BODY_CANDIDATE)
        try bodies.removeReplaced()
    }

    enum End { case finish, undo }

    /// The slots of rules that are gone when the apply has come to its end.
    func retired(by end: End, in root: PinRoot) throws -> [SlotDirectory.Entry] {
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
    func corrections(
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

extension Journal.Correction {
    /// An attachment that is gone meanwhile counts no more.
    func make(in root: PinRoot) throws {
        let pins = root.pins(named: attachment)
        guard pins.isComplete else { return }
        Failpoint.correct.reach()
        try Counters(pinned: pins.counters, access: .readWrite).correct(self)
    }
}
