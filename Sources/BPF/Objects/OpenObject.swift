internal import CBPFShims
internal import CLibbpf
public import SystemPackage

/// A BPF object file that is parsed but not yet in the kernel: the time to configure it.
///
/// ``load()`` consumes it and returns a ``LoadedObject``, so nothing can be configured too late.
/// Not `Sendable`: libbpf's handle belongs to one thread at a time.
///
/// ```swift
/// var object = try OpenObject(image: bytes, name: "xdp")
/// try object.setGlobal("default_verdict", to: UInt32(2))
/// try object.setMaxEntries(map: "src_prefix4", 100_000)
/// let loaded = try object.load()
/// ```
public struct OpenObject: ~Copyable {
    let handle: ObjectHandle
    /// The name of the object, as it was opened.
    public let name: String

    /// Parses an ELF object in memory.
    ///
    /// - Parameters:
    ///   - image: The bytes of the object file; not needed after the call.
    ///   - name: The object's name. Its data sections' maps begin with the first 8 bytes of it.
    /// - Throws: ``BPFError`` with `.object` if libbpf cannot read the image.
    public init(image: [UInt8], name: String) throws(BPFError) {
        if let refusal = ObjectFormat.refusal(of: image) {
            throw BPFError(.object, "open object", name, refusal.reason, hint: refusal.hint)
        }
        try self.init(name: name) { out in
            image.withUnsafeBytes { bpf_shim_open_memory($0.baseAddress, $0.count, name, &out) }
        }
    }

    /// Parses an ELF object file.
    ///
    /// - Parameter path: The file; the object is named after it.
    /// - Throws: ``BPFError`` with `.object` if libbpf cannot read the file.
    public init(path: FilePath) throws(BPFError) {
        try self.init(name: path.string) { out in
            bpf_shim_open_file(path.string, &out)
        }
    }

    private init(name: String, _ open: (inout OpaquePointer?) -> Int32) throws(BPFError) {
        var object: OpaquePointer?
        let (result, warnings) = LibbpfWarnings.during { open(&object) }
        guard let object else {
            if warnings.first?.contains("BTF is required") == true {
                throw BPFError(
                    .object, "open object", name,
                    "it has no type information (BTF), by which its maps are known",
                    hint: "compile the source with 'clang -g'")
            }
            if warnings.text.contains("legacy map definitions") {
                throw BPFError(
                    .object, "open object", name,
                    "it declares maps in the old way, in the section 'maps'",
                    hint: "declare them as libbpf 1.0 and later take them: "
                        + "struct { __uint(type, …); … } NAME SEC(\".maps\");")
            }
            // Over 4000 are libbpf's own numbers: it could read the file, but not what is in it.
            guard result <= -4000 else {
                var error = BPFError.system(
                    "open object", name, Errno(rawValue: -result), hint: warnings.first)
                error.code = .object
                throw error
            }
            throw BPFError(
                .object, "open object", name, "it is damaged, or cut short",
                hint: "compile the source again"
                    + (warnings.first.map { " (\($0))" } ?? ""))
        }
        handle = ObjectHandle(raw: object)
        self.name = name
        handle.nameNewTypes()
    }

    /// Every program of the object, in file order.
    public var programNames: [String] { handle.programNames() }

    /// Every map of the object but its data sections, in libbpf's order.
    public var mapNames: [String] { handle.mapNames() }
}
