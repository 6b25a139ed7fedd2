internal import BPF
internal import LinuxSystem
internal import NetctlABI

/// The program array of an attachment that exists, opened to change it.
struct OpenBodies: ~Copyable {
    let pins: AttachmentPins
    private let array: ProgramArray

    init(_ pins: AttachmentPins) throws {
        self.pins = pins
        array = try ProgramArray(Map(pinned: pins.bodies))
    }

    /// The program at an entry.
    func program(at entry: netctl_body) throws -> UInt32? {
        try array.programID(at: entry.rawValue)
    }

    /// What is known of the program at an entry.
    func record(at entry: netctl_body) throws -> BodyRecord? {
        guard let program = try program(at: entry) else { return nil }
        return try PinnedRecord.read(BodyRecord.self, at: pins.record(program))
    }

    /// Stores a program that is pinned here, or clears the entry: one packet meets the old body, the
    /// next one the new.
    func store(_ program: UInt32?, at entry: netctl_body) throws {
        if let program {
            try array.set(entry.rawValue, Program(pinned: pins.body(program)))
        } else if try self.program(at: entry) != nil {
            try array.clear(entry.rawValue)
        }
    }

    /// Removes the pins of bodies that no entry names.
    ///
    /// - Parameter kept: Bodies that stay all the same: an apply that awaits its confirmation may bring
    ///   them back.
    /// - Returns: Whether there were any.
    /// - Throws: `BPFError`; `Errno` of `unlink(2)`.
    @discardableResult func removeReplaced(except kept: Set<UInt32> = []) throws -> Bool {
        let entries = try (0..<NETCTL_BODY_MAX.rawValue).compactMap { try array.programID(at: $0) }
        return try pins.removeBodies(except: kept.union(entries))
    }
}

extension OpenBodies {
    /// Whether the active body is a pause, over or not.
    func isPaused() throws -> Bool {
        if case .pause = try record(at: NETCTL_BODY_ACTIVE) { true } else { false }
    }

    /// Where the policy's body is: behind a pause, else in force.
    func policyEntry() throws -> netctl_body {
        try isPaused() ? NETCTL_BODY_POLICY : NETCTL_BODY_ACTIVE
    }

    /// The body of the policy in force, or behind a pause: while an apply awaits its confirmation
    /// the new one, past the deadline what it replaced.
    func policyProgram() throws -> UInt32? {
        let entry = try policyEntry()
        guard case .pending(let pending) = try record(at: entry) else {
            return try program(at: entry)
        }
        return try program(at: pending.isOver ? NETCTL_BODY_PREVIOUS : NETCTL_BODY_CANDIDATE)
    }

    /// Ends a pause, if there is one.
    ///
    /// - Parameter kept: Bodies that stay although no entry names them.
    /// - Throws: `BPFError`.
    func resume(keeping kept: Set<UInt32>) throws {
        guard try isPaused() else { return }
        try store(program(at: NETCTL_BODY_POLICY), at: NETCTL_BODY_ACTIVE)
        // A packet may still be in the pause, about to call what is behind it.
        GracePeriod.wait()
        try store(nil, at: NETCTL_BODY_POLICY)
        try removeReplaced(except: kept)
    }
}
