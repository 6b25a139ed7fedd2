internal import CBPFShims
internal import CLibbpf
internal import Glibc
public import SystemPackage

/// Type information (BTF): of the kernel, of a module, of a loaded program or map, or of a file.
///
/// Types have ids from 1 on; 0 is `void`. What is split off a base (a module's types) goes on where the
/// base ends, and its types refer to those of the base.
///
/// ```swift
/// let kernel = try BTF.kernel()
/// if let id = kernel.find("tcp_v4_connect", .function) {
///     print(kernel.declaration(of: id))  // int tcp_v4_connect(struct sock *sk, …)
/// }
/// ```
///
/// Since Linux 5.2, where it is configured (`CONFIG_DEBUG_INFO_BTF`).
public final class BTF: @unchecked Sendable {
    // SAFETY: libbpf's reading functions change nothing, and nobody else has the handle, so that threads
    // may share it.
    let raw: OpaquePointer
    /// What these types were split off; it lives as long as they do.
    public let base: BTF?
    /// What errors call it.
    let subject: String

    private init(
        _ subject: String, base: BTF?, _ load: (OpaquePointer?) -> OpaquePointer?
    ) throws(BPFError) {
        var loaded: OpaquePointer?
        let (result, warnings) = LibbpfWarnings.during {
            Glibc.errno = 0
            loaded = load(base?.raw)
            return loaded == nil ? -Glibc.errno : 0
        }
        guard let loaded else {
            throw Self.failure(subject, Errno(rawValue: -result), warnings)
        }
        raw = loaded
        self.base = base
        self.subject = subject
    }

    deinit {
        btf__free(raw)
    }

    private static func failure(
        _ subject: String, _ errno: Errno, _ warnings: LibbpfWarnings
    ) -> BPFError {
        let attempt = "read types of"
        if warnings.lackKernelTypes { return .noKernelTypes(attempt, subject, errno) }
        return switch errno {
        case .noSuchFileOrDirectory:
            BPFError(.notFound, attempt, subject, "there are none", errno: errno)
        case .notPermitted:
            .system(attempt, subject, errno, reason: "needs CAP_SYS_ADMIN", hint: "run as root")
        default:
            BPFError(
                .object, attempt, subject, "they are damaged, or unknown to libbpf",
                errno: errno, hint: warnings.first)
        }
    }

    /// The types of the running kernel: `/sys/kernel/btf/vmlinux`.
    ///
    /// - Returns: The types, about 130,000; reading them takes some milliseconds.
    /// - Throws: ``BPFError`` with `.notFound` if the kernel has none, with `.object` if they are damaged.
    public static func kernel() throws(BPFError) -> BTF {
        try BTF("the kernel", base: nil) { _ in btf__load_vmlinux_btf() }
    }

    /// The types of a kernel module that is loaded: `/sys/kernel/btf/NAME`. Since Linux 5.11.
    ///
    /// - Parameters:
    ///   - name: The module's name.
    ///   - kernel: The kernel's types.
    /// - Returns: The module's types.
    /// - Throws: ``BPFError`` with `.notFound`, or with `.object`.
    public static func module(_ name: String, base kernel: BTF) throws(BPFError) -> BTF {
        try BTF("module \(name)", base: kernel) { btf__load_module_btf(name, $0) }
    }

    /// Types that are in the kernel: those of a program or a map. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Parameters:
    ///   - id: The number that `bpf_prog_info.btf_id` or `bpf_map_info.btf_id` has; over 0.
    ///   - base: What they were split off, the kernel's for a module's; `nil` for a program's.
    /// - Throws: ``BPFError`` with `.notFound`, with `.system`, or with `.object`.
    public convenience init(id: UInt32, base: BTF? = nil) throws(BPFError) {
        try self.init("BTF \(id)", base: base) {
            btf__load_from_kernel_by_id_split(id, $0)
        }
    }

    /// Types in a file: an ELF object with a section `.BTF`, or nothing but the types.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - base: What they were split off.
    /// - Throws: ``BPFError`` with `.notFound` or with `.object`.
    public convenience init(path: FilePath, base: BTF? = nil) throws(BPFError) {
        try self.init(path.string, base: base) { btf__parse_split(path.string, $0) }
    }

    /// Types in memory.
    ///
    /// - Parameters:
    ///   - image: The bytes of a section `.BTF`; not needed after the call.
    ///   - name: What errors call them.
    /// - Throws: ``BPFError`` with `.object`.
    public convenience init(image: [UInt8], name: String) throws(BPFError) {
        try self.init(name, base: nil) { _ in
            image.withUnsafeBytes {
                btf__new($0.baseAddress, UInt32(truncatingIfNeeded: $0.count))
            }
        }
    }

    /// The ids of these types, without those of the base.
    public var ids: Range<UInt32> {
        let first = base.map { btf__type_cnt($0.raw) } ?? 1
        return first..<max(first, btf__type_cnt(raw))
    }

    /// Finds a type by its name, the base's types included.
    ///
    /// - Parameters:
    ///   - name: The name; of a structure `sk_buff`, without `struct`.
    ///   - kind: What it must be.
    /// - Returns: Its id; `nil` if there is none.
    /// - Complexity: O(types).
    public func find(_ name: String, _ kind: BTFKind) -> UInt32? {
        let id = btf__find_by_name_kind(raw, name, kind.rawValue)
        return id > 0 ? UInt32(id) : nil
    }

    /// How many bytes a value of a type has.
    ///
    /// - Parameter id: The type; modifiers, typedefs and arrays are followed.
    /// - Returns: The size; `nil` for what has none (functions, forward declarations) or is damaged.
    public func size(of id: UInt32) -> Int? {
        let size = btf__resolve_size(raw, id)
        return size < 0 ? nil : Int(size)
    }
}
