internal import CLibbpf
internal import LinuxSystem
internal import SystemPackage

extension OpenObject {
    /// Creates the maps and loads the programs.
    ///
    /// A program that the kernel refuses is tried a second time with the verifier's log switched
    /// on; a success pays nothing for it. Needs `CAP_BPF` and, for network programs,
    /// `CAP_NET_ADMIN`.
    ///
    /// - Returns: The object, in the kernel as long as it, or what was taken from it, lives.
    /// - Throws: ``BPFError`` with `.verifier` and the log of the first program refused, or with
    ///   `.system`. Nothing stays in the kernel.
    public consuming func load() throws(BPFError) -> LoadedObject {
        let raw = handle.raw
        let (result, warnings) = LibbpfWarnings.during { bpf_object__load(raw) }
        guard result == 0 else {
            throw refusal(Errno(rawValue: -result), warnings)
        }
        return LoadedObject(handle: handle, name: name)
    }

    private borrowing func refusal(_ errno: Errno, _ warnings: LibbpfWarnings) -> BPFError {
        guard let program = warnings.failedProgram else {
            if let map = warnings.failedMap {
                return .system("create map", map, errno)
            }
            if let (program, target) = warnings.missingTarget {
                return BPFError(
                    .notFound, "load program", program,
                    "this kernel has no '\(target)' that it could be attached to", errno: errno)
            }
            if warnings.lackKernelTypes { return .noKernelTypes("load object", name, errno) }
            return .system(
                "load object", name, errno, hint: errno == .notPermitted ? nil : warnings.first)
        }
        // What the verifier then says is about what it would not let this caller do.
        let lacking = Capabilities.forPackets.subtracting(.effective)
        if errno == .permissionDenied, lacking == .perfmon {
            return .system("load program", program, .notPermitted)
        }
        // The verifier has written something, but this is not about the program.
        if errno == .tooManyOpenFiles {
            return .system(
                "load program", program, errno,
                hint: "each attachment takes some descriptors: raise the limit (ulimit -n)")
        }
        if let log = warnings.verifierLog {
            return BPFError(
                .verifier, "load program", program, "rejected by the verifier", errno: errno,
                hint: log.hint, verifierLog: log)
        }
        return .system("load program", program, errno)
    }
}
