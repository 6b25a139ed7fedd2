internal import LinuxSystem

/// Makes the kernel what it should be. Every method holds off other netctl commands, removes what a
/// killed one left, and either does all it says or nothing.
public struct Reconciler: Sendable {
    let notice: @Sendable (String) -> Void

    /// A reconciler; it keeps no state, the kernel does.
    ///
    /// - Parameter notice: Told, in a sentence, when an apply that had been cut short was undone or
    ///   finished first.
    public init(notice: @escaping @Sendable (String) -> Void = { _ in }) { self.notice = notice }

    /// Runs a change under the lock, in a folder of pins made if need be.
    ///
    /// - Parameter body: The change.
    /// - Returns: What `body` returns.
    /// - Throws: ``DatapathError``.
    package func change<Result>(
        _ body: (PinRoot) throws -> Result
    ) throws(DatapathError) -> Result {
        try translating {
            while true {
                let root = try PinRoot.existingOrCreate()
                do {
                    return try root.change(notice: notice) { try body(root) }
                } catch is PinRoot.Gone {
                    continue
                }
            }
        }
    }

    /// Runs a change under the lock, or nothing when nothing is attached.
    ///
    /// - Parameters:
    ///   - discarding: Whether everything there is to be removed, readable or not.
    ///   - body: The change.
    /// - Throws: ``DatapathError``.
    func changeExisting(
        discarding: Bool = false, _ body: (PinRoot) throws -> Void
    ) throws(DatapathError) {
        try translating {
            guard let root = try PinRoot.existing() else { return }
            do {
                try root.change(discarding: discarding, notice: notice) { try body(root) }
            } catch is PinRoot.Gone {}
        }
    }
}
