internal import CBPFShims
internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

/// What the running kernel can do, found out by trying.
///
/// Each question costs some system calls: keep the answer. Needs `CAP_BPF` and `CAP_NET_ADMIN`.
/// Helpers are left out: libbpf 1.1 takes every helper for present on kernels that word the
/// verifier's refusal in the new way ("program of this type cannot use helper").
public enum FeatureProbe {
    /// Whether programs of a type can be loaded.
    ///
    /// - Parameter programType: The type.
    /// - Returns: Whether the kernel has it.
    /// - Throws: ``BPFError`` with `.system`: `EPERM`, or `EOPNOTSUPP` for a type that libbpf
    ///   cannot try.
    public static func supports(programType: ProgramType) throws(BPFError) -> Bool {
        try answer("program type \(programType)") {
            libbpf_probe_bpf_prog_type(bpf_prog_type(rawValue: programType.rawValue), nil)
        }
    }

    /// Whether maps of a type can be created.
    ///
    /// - Parameter mapType: The type.
    /// - Returns: Whether the kernel has it.
    /// - Throws: ``BPFError`` with `.system`: `EPERM`, or `EOPNOTSUPP` for a type that libbpf
    ///   cannot try.
    public static func supports(mapType: MapType) throws(BPFError) -> Bool {
        try answer("map type \(mapType)") {
            libbpf_probe_bpf_map_type(bpf_map_type(rawValue: mapType.rawValue), nil)
        }
    }

    /// Whether programs can be attached to interfaces by TCX links: Linux 6.6, unless configured
    /// without.
    ///
    /// - Returns: Whether the kernel has them.
    /// - Throws: ``BPFError`` with `.system`, `EPERM` among others.
    public static func supportsTCX() throws(BPFError) -> Bool {
        let subject = "TCX links"
        // BPF_MOV64_IMM(R0, 0); BPF_EXIT_INSN()
        let instructions = [
            bpf_insn(code: 0xb7, dst_reg: 0, src_reg: 0, off: 0, imm: 0),
            bpf_insn(code: 0x95, dst_reg: 0, src_reg: 0, off: 0, imm: 0),
        ]
        let loaded = bpf_prog_load(
            BPF_PROG_TYPE_SCHED_CLS, "probe", "GPL", instructions, instructions.count, nil)
        let program = OwnedDescriptor(owning: try check(loaded, "probe for", subject))
        // No interface has index 0: a kernel that knows the hook looks for it in vain.
        let result = bpf_shim_create_tcx_link(
            program.rawValue, 0, AttachType.tcxIngress.rawValue, 0, 0, 0)
        switch Errno(rawValue: -result) {
        case .operationNotSupportedByDevice: return true
        case .invalidArgument: return false
        case let errno: throw .system("probe for", subject, errno)
        }
    }

    private static func answer(
        _ subject: String, _ probe: () -> Int32
    ) throws(BPFError) -> Bool {
        let (result, _) = LibbpfWarnings.during(probe)
        guard try check(result, "probe for", subject) == 0 else {
            return true
        }
        // libbpf takes EPERM for a no. Every kernel has XDP: if it does not, this is the reason.
        let (baseline, _) = LibbpfWarnings.during {
            libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, nil)
        }
        guard baseline == 1 else {
            throw .system("probe for", subject, .notPermitted)
        }
        return false
    }
}
