internal import CBPFShims
internal import CLibbpf
internal import Glibc
public import SystemPackage

/// What the running kernel tells about its own types: its BTF. Since Linux 5.2, with
/// `CONFIG_DEBUG_INFO_BTF`.
public struct KernelTypes: ~Copyable {
    /// Where a kernel shows its BTF.
    public static let path: FilePath = "/sys/kernel/btf/vmlinux"

    private let raw: OpaquePointer

    /// Reads the types, some 10 ms.
    ///
    /// - Parameter path: A file of BTF.
    /// - Throws: ``BPFError`` with `.system`: `ENOENT` if the kernel was built without.
    public init(path: FilePath = KernelTypes.path) throws(BPFError) {
        var parsed: OpaquePointer?
        let (result, _) = LibbpfWarnings.during {
            parsed = btf__parse_raw(path.string)
            return parsed == nil ? -errno : 0
        }
        guard let parsed else {
            throw .system(
                "read types of the kernel", path.string, Errno(rawValue: -result),
                reason: result == -ENOENT ? "the kernel was built without BTF" : nil)
        }
        raw = parsed
    }

    deinit { btf__free(raw) }

    /// Where a structure has a member.
    ///
    /// - Parameters:
    ///   - member: The member's name; those of anonymous structures within count.
    ///   - type: The structure's name.
    /// - Returns: Bytes from its beginning; nil if there is no such member.
    public borrowing func offset(of member: String, in type: String) -> Int? {
        let offset = bpf_shim_member_offset(raw, type, member)
        return offset < 0 ? nil : Int(offset)
    }

    /// The names of an enumeration.
    ///
    /// - Parameter type: The enumeration's name.
    /// - Returns: Names by number, as they stand in C; empty if there is no such enumeration.
    public borrowing func enumerators(of type: String) -> [Int64: String] {
        let room = 4096
        let values = UnsafeMutableBufferPointer<Int64>.allocate(capacity: room)
        let names = UnsafeMutableBufferPointer<UnsafePointer<CChar>?>.allocate(capacity: room)
        defer {
            values.deallocate()
            names.deallocate()
        }
        let count = bpf_shim_enumerators(
            raw, type, values.baseAddress, names.baseAddress, Int32(room))
        var found: [Int64: String] = [:]
        for index in 0..<max(0, min(Int(count), room)) {
            if let name = names[index] { found[values[index]] = String(cString: name) }
        }
        return found
    }
}
