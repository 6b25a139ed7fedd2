package import BPF
internal import NetctlABI
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
    package init(_ hook: Hook, multiBuffer: Bool) throws {
        object = HookObject(hook: hook, multiBuffer: multiBuffer)
        maps = try HookMaps.detached(on: hook)
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

    /// Has the stub call a body of this hook.
    package func putInForce(_ body: borrowing Program) throws {
        try array.set(NETCTL_BODY_ACTIVE.rawValue, body)
    }
}
