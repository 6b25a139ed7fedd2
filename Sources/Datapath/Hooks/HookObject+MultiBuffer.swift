internal import BPF
internal import Policy
internal import SystemPackage

extension HookObject {
    /// The object of a hook as this kernel takes it. Whether it takes XDP programs with multi-buffer
    /// support only trying tells.
    static func loadable(
        on hook: Hook, ethernet: Bool = true, maps: HookMaps
    ) throws -> HookObject {
        guard hook == .xdp else {
            return HookObject(hook: hook, multiBuffer: false, ethernet: ethernet)
        }
        let object = HookObject(hook: hook, multiBuffer: true)
        do {
            _ = try object.load(.stub, maps)
            return object
        } catch let error as BPFError where error.errno == .invalidArgument {
            return HookObject(hook: hook, multiBuffer: false)
        }
    }

    /// Loads a program that needs no tables.
    func load(_ role: Role, _ maps: HookMaps) throws -> Program {
        try open(role, maps: maps).load().program(program(role))
    }
}
