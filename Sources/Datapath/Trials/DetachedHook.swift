package import BPF
internal import NetctlABI
internal import NetTypes
package import Policy
package import PolicyCompiler

/// A stub with bodies of its own that sits on no interface: for test runs of the real programs.
package final class DetachedHook {
    /// What would sit on the interface.
    package let stub: Program
    private let object: HookObject
    private let maps: HookMaps
    private let array: ProgramArray

    /// Loads the stub; no body is in force.
    ///
    /// - Parameters:
    ///   - hook: The hook.
    ///   - multiBuffer: Whether XDP programs take frames of several buffers.
    ///   - blockEntries: The most entries that its block list takes.
    ///   - notesSources: Whether bodies keep the sources with the most packets.
    /// - Throws: `BPFError`.
    package init(
        _ hook: Hook, multiBuffer: Bool, blockEntries: Int = 1 << 10, notesSources: Bool = true
    ) throws {
        var object = HookObject(hook: hook, multiBuffer: multiBuffer)
        object.notesSources = notesSources
        self.object = object
        maps = try HookMaps.detached(on: hook, blockEntries: UInt32(blockEntries))
        array = try ProgramArray(maps.bodies.duplicate())
        stub = try object.load(.stub, maps)
    }

    /// Loads the body of a filter and fills its tables; what it redirects goes to the loopback
    /// interface, which test runs do not send to.
    package func load(_ filter: CompiledFilter) throws -> Program {
        let slots = filter.rules.indices.map { UInt32(Int(NETCTL_SLOT_RULES) + $0) }
        return try object.loadFilter(
            filter, slots: slots, maps: maps, redirects: .loopback(for: filter))
    }

    /// Loads what judges without a policy.
    package func loadWithoutPolicy() throws -> Program { try object.load(.block, maps) }

    /// Adds prefixes to its block list, which is its own.
    package func block(_ addresses: AddressSet, for duration: Duration? = nil) throws {
        guard let block = maps.addresses?.block else { return }
        let now = BootClock.nanoseconds
        let entry = netctl_block_entry(
            added: now, expires: duration.map { now + $0.nanoseconds } ?? 0, reason: .none)
        _ = try BlockTable(block, access: .readWrite).add(addresses.blockKeys, entry, at: now)
    }

    /// Has the stub call a body of this hook.
    package func putInForce(_ body: borrowing Program) throws {
        try array.set(NETCTL_BODY_ACTIVE.rawValue, body)
    }
}
