internal import NetctlABI

/// Takes the last apply back: its bodies are still loaded, and what it detached is still pinned.
///
/// Afterwards the apply that was taken back is the one to go back to.
struct RollbackTransaction {
    private let root: PinRoot
    private let last: Journal

    /// - Throws: ``DatapathError`` when nothing was applied, or it is gone with its attachments.
    init(in root: PinRoot) throws {
        guard let last = try Journal.last(in: root) else {
            throw DatapathError(
                "roll back", "the last apply", "there is nothing to go back to",
                hint: "apply the policy that is to be in force")
        }
        self.root = root
        self.last = last
    }

    func carryOut() throws -> Reconciler.Rollback {
        let observation = try Observation.now()
        let attachments = try observation.allAttachments
        let present = Dictionary(
            attachments.map { ($0.point.pinName, $0) }, uniquingKeysWith: { first, _ in first })
        let removals = (last.additions + last.revivals).filter { present[$0] != nil }
        let swaps = try last.swaps.compactMap { swap in
            try removals.contains(swap.attachment)
                ? nil : present[swap.attachment].map { try back(swap, $0) }
        }
        let revived = try last.removals.filter(root.isRetired).map { folder in
            try PreparedAttachment(reviving: folder, in: root)
        }
        let programs = try last.programsBack(in: root, observation.allPrograms)
        let steps =
            swaps.map { "put back \($0.what)" }
            + removals.compactMap { present[$0].map { "detach \($0.hookName)" } }
            + revived.map { "attach \($0.target.name) \($0.target.point.hook)" }
            + programs.map(\.step)
        guard !steps.isEmpty else {
            throw DatapathError(
                "roll back", "policy '\(last.policy)'", "its attachments are gone",
                hint: "apply the policy that is to be in force")
        }
        var journal = Journal(
            policy: last.policy, swaps: swaps.map(\.swap), additions: [], removals: removals,
            revivals: revived.map(\.target.point.pinName), programs: programs.map(\.swap))
        try journal.carryOut(in: root) {
            for attachment in revived { try attachment.attachAgain(in: root) }
        }
        return .wentBack(policy: last.policy, steps: steps)
    }

    /// The swap that takes another one back.
    private func back(
        _ swap: Journal.Swap, _ attachment: Attachment
    ) throws -> (swap: Journal.Swap, what: String) {
        let pins = root.pins(of: attachment.point)
        let bodies = try OpenBodies(pins)
        let inForce = try bodies.program(at: bodies.policyEntry())
        let behind = try bodies.program(at: NETCTL_BODY_PREVIOUS)
        guard inForce == swap.new, behind == swap.old else {
            throw DatapathError(
                "roll back", attachment.hookName, "it has changed since the last apply",
                hint: "apply the policy that is to be in force")
        }
        var what = "\(attachment.hookName): no policy, passes and counts"
        if let old = swap.old, var record = try bodies.record(at: NETCTL_BODY_PREVIOUS)?.policy {
            what =
                "\(attachment.hookName): \(record.policy)/\(record.filter) "
                + record.digest.prefix(8)
            // What it would have had slots for besides its own rules' is gone; the rules that it takes
            // the place of keep theirs.
            let own = SlotDirectory(entries: record.slots.entries(of: record.rules))
            record.slots = own.joined(
                by: attachment.slots.entries(of: attachment.policy?.rules ?? []))
            let body = BodyRecord.policy(record)
            try PinnedRecord.replace(body, at: pins.record(old), name: body.mapName)
        }
        return (
            Journal.Swap(
                attachment: swap.attachment, old: swap.new, new: swap.old, earlier: swap.old), what
        )
    }
}
