internal import CBPFShims
internal import Glibc
internal import LinuxSystem
public import SystemPackage

/// An executable or a library, as user probes need it.
public enum ExecutableFile {
    /// Where in its file a function begins: what ``PerfEvent/userProbe(path:offset:returns:)`` takes.
    ///
    /// - Parameters:
    ///   - function: The symbol's name, without a version.
    ///   - path: The file.
    /// - Returns: The offset.
    /// - Throws: ``BPFError`` with `.notFound` if it has no such function, with `.object` if it is no
    ///   ELF file, or with `.system`.
    public static func offset(
        of function: String, in path: FilePath
    ) throws(BPFError) -> UInt64 {
        var offset: UInt64 = 0
        let result = bpf_shim_function_offset(path.string, function, &offset)
        guard result != 0 else { return offset }
        let attempt = "find function \(function) in"
        switch -result {
        case ESRCH:
            throw BPFError(
                .notFound, attempt, path.string, "it has no such symbol",
                hint: "stripped files have those of libraries only; an offset will do, too")
        case ENOEXEC:
            throw BPFError(.object, attempt, path.string, "it is no ELF file")
        default:
            throw .system(attempt, path.string, Errno(rawValue: -result))
        }
    }
}
