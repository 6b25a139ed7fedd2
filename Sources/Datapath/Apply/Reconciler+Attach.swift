internal import NetctlABI
internal import Policy

extension Reconciler {
    /// What an attach found or did.
    public enum AttachOutcome: Sendable {
        /// The stub is on the hook now, in this mode; cgroup hooks have none. There may be a reason why it
        /// is not a better one.
        case attached(AttachMode?, because: String?)
        /// It was there, in this mode.
        case already(AttachMode?)
    }

    /// Puts the datapath on a hook, passing and counting everything until a policy is applied.
    ///
    /// - Throws: ``DatapathError`` when a program of somebody else has the hook for itself, when the
    ///   driver cannot do what is asked for, and when it is attached in another mode than that.
    public func attach(_ target: AttachTarget) throws(DatapathError) -> AttachOutcome {
        try change { root in
            let pins = root.pins(of: target.point)
            if pins.isComplete {
                let found = try Attachment(at: target.point, pins, InterfaceScan())
                if found.state != .gone {
                    try found.require(target)
                    return .already(found.record.mode)
                }
            }
            try root.requireNoProgram(at: target.point)
            let prepared = try PreparedAttachment(target, in: root)
            let mode = try prepared.attach(owner: nil)
            return .attached(mode, because: prepared.reasonForMode)
        }
    }

    /// Removes attachments: programs, pins and folders, nothing of others.
    ///
    /// - Returns: How many entries of the block list went with the last of them.
    /// - Throws: ``DatapathError``; what was removed before stays removed.
    @discardableResult
    public func detach(_ points: [AttachPoint]) throws(DatapathError) -> Int {
        var blocked = 0
        try changeExisting { root in
            // What another command has detached meanwhile needs nothing.
            for point in try root.points() where points.contains(point) {
                try root.pins(of: point).removeAll()
            }
            blocked = try root.removeUnusedBlockList()
        }
        return blocked
    }

    /// Removes every attachment, also those whose records cannot be read.
    ///
    /// - Returns: How many there were, and how many entries of the block list went with them.
    public func detachAll() throws(DatapathError) -> (attachments: Int, blocked: Int) {
        var count = 0
        var blocked = 0
        try changeExisting(discarding: true) { root in
            for point in try root.points() {
                let pins = root.pins(of: point)
                let half = pins.isComplete ? nil : pins.shownName
                try pins.removeAll()
                if let half { notice("removed what \(PinRoot.cutShort) left of \(half)") }
                count += 1
            }
            for pins in try root.programs() {
                let isComplete = pins.isComplete
                try pins.removeAll()
                if !isComplete {
                    notice("removed what \(PinRoot.cutShort) left of program \(pins.name)")
                }
                count += 1
            }
            blocked = try root.removeUnusedBlockList()
        }
        return (count, blocked)
    }
}

extension Attachment {
    /// An attachment's mode is never changed under traffic: that would be a gap.
    func require(_ target: AttachTarget) throws {
        let conflict: String
        if let mode = target.mode, let found = record.mode, mode != found {
            conflict = "in \(found) mode, not \(mode)"
        } else if let share = target.share, share != record.share {
            conflict = "\(record.share.words), not \(Optional(share).words)"
        } else {
            return
        }
        throw DatapathError(
            "attach \(point.hook)", name, "attached \(conflict)",
            hint: "'netctl detach \(location.name)' first; until it is attached again all packets "
                + "pass")
    }
}

extension XDPShare? {
    /// `for itself`, `shared with priority 20`
    fileprivate var words: String {
        map { "shared with priority \($0.priority)" } ?? "for itself"
    }
}
