internal import BPF
internal import Glibc

/// Functions that kprobes can be put on.
final class KprobeSource: ProbeSource {
    private let functions: [KernelFunction]
    private let types: ProbeTypes?

    /// - Parameters:
    ///   - traceable: What ftrace knows; `nil` if the kernel does not tell, then every symbol counts.
    ///   - types: For the prototypes.
    /// - Throws: ``TracingError`` if the kernel has no kprobes.
    init(traceable: [KernelFunction]?, types: ProbeTypes?) throws {
        guard access("/sys/bus/event_source/devices/kprobe/type", F_OK) == 0 else {
            throw TracingError(
                "list probes", "kprobe", "this kernel has no kprobes",
                hint: "it was built without CONFIG_KPROBE_EVENTS; see tp_btf: and tracepoint:",
                code: .unsupported)
        }
        let forbidden = KernelFunctions.forbidden()
        functions = try (traceable ?? KernelFunctions.symbols())
            .filter { !forbidden.contains($0.name) }
        self.types = types
    }

    func probes() throws -> [Probe] {
        functions.map { Probe(.kprobe, $0.name, module: $0.module) }
    }

    func detail(of probe: Probe) throws -> Probe.Detail {
        guard let (types, id) = types?.find(probe.name, .function) else { return .none }
        return .prototype(types.declaration(of: id))
    }
}
