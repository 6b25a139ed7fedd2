internal import CLibbpf
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
