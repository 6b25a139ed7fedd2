internal import BPF
internal import LinuxSystem
internal import NetctlABI
internal import SystemPackage

/// What an apply that touches several hooks is about to do, pinned while it does it. Killed at any
/// instant, it is undone or finished by the next command.
struct Journal: Codable {
    /// A body that takes the place of another one.
    struct Swap: Codable {
        /// The attachment's folder of pins.
        let attachment: String
        /// The entry of its program array, `netctl_body`.
        let entry: UInt32
        /// The program that was there; nil for none.
        let old: UInt32?
        /// The program that comes; nil for none.
        let new: UInt32?
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

    /// The policy being applied.
    let policy: String
    /// In the order in which they are made.
    let swaps: [Swap]
    /// Folders of attachments that did not exist before.
    let additions: [String]
    /// Folders of attachments that are to go.
    let removals: [String]
    /// Present once everything is in force, when the apply can only be finished.
    var corrections: [Correction]?

    /// Where it is pinned.
    static func path(in root: PinRoot) -> FilePath { root.path.appending("journal") }

    /// Writes it, in the place of an earlier state of the same apply.
    func write(in root: PinRoot) throws {
        let path = Self.path(in: root)
        let draft = root.path.appending("journal-draft")
        try? Directory.unlink(draft.string)
        try PinnedRecord.create(self, at: draft)
        try Directory.rename(draft.string, to: path.string)
    }

    /// Undoes or finishes the apply that left a journal behind.
    ///
    /// - Returns: What was done, in words; nil when there was none.
    /// - Throws: ``DatapathError`` when it cannot be read.
    static func recover(in root: PinRoot) throws -> String? {
        try? Directory.unlink(root.path.appending("journal-draft").string)
        guard (try? FileIdentity(path: path(in: root).string)) != nil else { return nil }
        let journal = try PinnedRecord.read(Journal.self, at: path(in: root))
        guard journal.corrections != nil else {
            journal.undo(in: root)
            return "undid an apply of policy '\(journal.policy)' that was cut short"
        }
        journal.finish(in: root)
        return "finished an apply of policy '\(journal.policy)' that was cut short"
    }

    /// Forgets the apply that left a journal behind: everything that it is about is to be removed.
    static func discard(in root: PinRoot) {
        for name in ["journal-draft", path(in: root).lastComponent?.string ?? ""] {
            try? Directory.unlink(root.path.appending(name).string)
        }
    }

    /// Puts the old bodies back and removes what was new. An attachment that is gone meanwhile has
    /// nothing to be undone.
    func undo(in root: PinRoot) {
        for swap in swaps { try? store(swap.old, of: swap, in: root) }
        for folder in additions { try? root.pins(named: folder).removeAll() }
        try? Directory.unlink(Self.path(in: root).string)
    }

    /// Removes what is replaced: everything new is in force.
    func finish(in root: PinRoot) {
        for correction in corrections ?? [] {
            let path = root.pins(named: correction.attachment).counters
            try? Counters(pinned: path, access: .readWrite).correct(correction)
        }
        for swap in swaps {
            try? OpenBodies(root.pins(named: swap.attachment)).removeReplaced()
        }
        for folder in removals { try? root.pins(named: folder).removeAll() }
        try? Directory.unlink(Self.path(in: root).string)
    }

    private func store(_ program: UInt32?, of swap: Swap, in root: PinRoot) throws {
        let bodies = try OpenBodies(root.pins(named: swap.attachment))
        try bodies.store(program, at: netctl_body(rawValue: swap.entry))
        try bodies.removeReplaced()
    }
}
