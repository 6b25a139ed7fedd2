internal import CBPFShims
public import SystemPackage

/// Every type of a kernel as a C header, known as `vmlinux.h`.
public enum TypeHeader {
    /// Writes the header.
    ///
    /// All records are declared with `preserve_access_index`, so that a program built with the
    /// header finds its fields on other kernels, too.
    ///
    /// - Parameters:
    ///   - btf: A file of BTF, raw or an ELF section; `nil` for the running kernel's, which needs
    ///     `CONFIG_DEBUG_INFO_BTF`.
    ///   - header: The file to write.
    /// - Throws: ``BPFError`` with `.object` if there is no BTF, or with `.system`.
    public static func write(typesOf btf: FilePath?, to header: FilePath) throws(BPFError) {
        let source = btf?.string ?? "/sys/kernel/btf/vmlinux"
        let (result, warnings) = LibbpfWarnings.during {
            bpf_shim_write_types(source, header.string)
        }
        guard result != 0 else { return }
        let errno = Errno(rawValue: -result)
        guard btf == nil || errno != .noSuchFileOrDirectory else {
            throw .system("read types of", source, errno)
        }
        // Over 4000 are libbpf's own numbers.
        throw BPFError(
            .object, "read types of", source,
            btf == nil && errno == .noSuchFileOrDirectory
                ? "the kernel carries no type information" : "it holds no BTF",
            errno: errno.rawValue < 4000 ? errno : nil,
            hint: btf == nil
                ? "it has to be built with CONFIG_DEBUG_INFO_BTF; a file of BTF will do, too"
                : warnings.first)
    }
}
