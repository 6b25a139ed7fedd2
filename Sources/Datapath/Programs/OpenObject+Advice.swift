internal import BPF
internal import SystemPackage

extension OpenObject {
    /// Loads, and where the kernel allows a kind of program to nobody, says what may do instead.
    ///
    /// - Throws: `BPFError`.
    consuming func loadAdvising() throws(BPFError) -> LoadedObject {
        let programs = programs
        do {
            return try load()
        } catch {
            if error.code == .notFound, error.hint == nil {
                var advised = error
                advised.hint = "'netctl probe list' says what there is"
                throw advised
            }
            guard error.code == .system, error.errno == .notPermitted, error.hint == nil,
                let refused = programs.first(where: { $0.name == error.subject })
            else { throw error }
            var advised = error
            advised.reason = "this kernel allows it to nobody"
            advised.hint = refused.alternative
            throw advised
        }
    }
}

extension ObjectProgram {
    /// What may do instead, where the kernel refuses programs of this kind.
    fileprivate var alternative: String? {
        switch target {
        case .tracing where type == .lsm:
            "hooks of cgroups may do: SEC(\"cgroup/connect4\"), SEC(\"cgroup/dev\") …"
        case .tracing, .kernelProbe:
            "a tracepoint may do: SEC(\"tp_btf/NAME\"), SEC(\"tracepoint/C/NAME\")"
        default: nil
        }
    }
}
