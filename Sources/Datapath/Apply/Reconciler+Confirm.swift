internal import Foundation

extension Reconciler {
    /// Makes final what `apply --confirm` put in force.
    ///
    /// - Returns: The policy that was confirmed.
    /// - Throws: ``DatapathError`` when nothing awaits a confirmation, also because it came too late.
    public func confirm() throws(DatapathError) -> String {
        try withPending(to: "confirm") { journal, pending, root in
            journal.state = .confirming
            try journal.write(in: root)
            try journal.complete(in: root)
            return pending.policy
        }
    }

    /// What a rollback did.
    public enum Rollback: Sendable {
        /// A policy that awaited its confirmation is gone, what it had replaced is back.
        case reverted(policy: String)
        /// The apply of a final policy was undone.
        case wentBack(policy: String, steps: [String])
    }

    /// Goes back to what was in force before the last apply.
    ///
    /// - Throws: ``DatapathError`` when there is nothing to go back to, or it cannot be had back;
    ///   then everything stays as it is.
    public func rollback() throws(DatapathError) -> Rollback {
        try change { root in
            if var journal = try Journal.current(in: root) {
                try journal.undo(in: root)
                return .reverted(policy: journal.policy)
            }
            return try RollbackTransaction(in: root).carryOut()
        }
    }

    private func withPending<Result>(
        to attempt: String, _ body: (inout Journal, PendingRecord, PinRoot) throws -> Result
    ) throws(DatapathError) -> Result {
        try change { root in
            // One whose time was over has been reverted before we came here.
            guard var journal = try Journal.current(in: root),
                case .pending(let pending) = journal.state
            else {
                throw DatapathError(
                    attempt, "the last apply", "nothing awaits a confirmation",
                    hint: "'netctl status' says what is in force")
            }
            return try body(&journal, pending, root)
        }
    }
}

extension PinRoot {
    /// One apply at a time awaits its confirmation.
    func refuseWhilePending(to attempt: String) throws {
        guard let journal = try Journal.current(in: self),
            case .pending(let pending) = journal.state
        else { return }
        throw DatapathError(
            attempt, "every attachment",
            "policy '\(pending.policy)' awaits its confirmation until "
                + pending.until.formatted(.iso8601),
            hint: "'netctl confirm' or 'netctl rollback' first")
    }
}
