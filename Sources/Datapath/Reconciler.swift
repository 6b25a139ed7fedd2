internal import BPF
internal import LinuxSystem
internal import NetctlABI
internal import SystemPackage

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
    func change<Result>(_ body: (PinRoot) throws -> Result) throws(DatapathError) -> Result {
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
    func removeReplaced() throws {
        let entries = try (0..<NETCTL_BODY_MAX.rawValue).compactMap { try array.programID(at: $0) }
        try pins.removeBodies(except: Set(entries))
    }
}
