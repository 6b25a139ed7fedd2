internal import NetctlABI

/// What the bodies of an attachment come to.
struct BodiesInForce {
    /// The pause, if there is one.
    let pause: PauseRecord?
    /// The wait for a confirmation, if there is one, over or not.
    let pending: PendingRecord?
    /// The policy in force, or behind a pause.
    let policy: PolicyRecord?
    /// The counter slots in use.
    let slots: SlotDirectory

    init(_ bodies: borrowing OpenBodies) throws {
        var front = try bodies.record(at: NETCTL_BODY_ACTIVE)
        if case .pause(let pause) = front {
            self.pause = pause
            front = try bodies.record(at: NETCTL_BODY_POLICY)
        } else {
            pause = nil
        }
        if case .pending(let pending) = front {
            self.pending = pending
            let candidate = try bodies.record(at: NETCTL_BODY_CANDIDATE)?.policy
            let previous = try bodies.record(at: NETCTL_BODY_PREVIOUS)?.policy
            policy = pending.isOver ? previous : candidate
            // Either may have counted, and either may be the one that stays.
            slots = (candidate?.slots ?? .empty).joined(by: previous?.slots.entries ?? [])
        } else {
            pending = nil
            policy = front?.policy
            // A policy's directory has the slots of the one before; without a policy that one's own
            // goes on.
            slots =
                try policy?.slots
                ?? bodies.record(at: NETCTL_BODY_PREVIOUS)?.policy?.slots ?? .empty
        }
    }
}
