internal import BPF
internal import Policy
internal import SystemPackage

extension HookObject {
    /// The object of a hook as this kernel takes it. Whether it takes XDP programs with multi-buffer
    /// support only trying tells.
    static func loadable(
        on hook: Hook, ethernet: Bool = true, counters: borrowing Map, bodies: borrowing Map
    ) throws -> HookObject {
        guard hook == .xdp else {
            return HookObject(hook: hook, multiBuffer: false, ethernet: ethernet)
        }
        let object = HookObject(hook: hook, multiBuffer: true)
        do {
            _ = try object.loadStub(counters, bodies)
            return object
        } catch let error as BPFError where error.errno == .invalidArgument {
            return HookObject(hook: hook, multiBuffer: false)
        }
    }

    /// Loads the stub; nothing is attached.
    func loadStub(_ counters: borrowing Map, _ bodies: borrowing Map) throws -> Program {
        try load(.stub, counters, bodies)
    }

    /// Loads a program that needs no tables.
    func load(
        _ role: Role, _ counters: borrowing Map, _ bodies: borrowing Map
    ) throws -> Program {
        try open(role, counters: counters, bodies: bodies).load().program(program(role))
    }
}
