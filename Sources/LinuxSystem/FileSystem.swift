internal import CLinuxShims
public import SystemPackage

/// The kind of a file system, told by the magic number of `statfs(2)`.
public struct FileSystem: Hashable, Sendable {
    /// `f_type`: 32 bits, host order.
    public let magic: UInt64

    /// A file system with this magic number.
    public init(magic: UInt64) {
        self.magic = magic
    }

    /// The file system that holds `path`.
    public init(at path: String) throws(Errno) {
        self.magic = try FileSystem.magic(at: path)
    }

    /// The file system of an open file.
    ///
    /// The corresponding system call is `fstatfs(2)`.
    public init(of file: borrowing OwnedDescriptor) throws(Errno) {
        var magic: UInt64 = 0
        try Errno.check(netctl_filesystem_magic_of(file.rawValue, &magic))
        self.magic = magic
    }

    /// bpffs (`BPF_FS_MAGIC`).
    public static let bpf = FileSystem(magic: 0xcafe_4a11)
    /// The unified control group hierarchy (`CGROUP2_SUPER_MAGIC`).
    public static let cgroup2 = FileSystem(magic: 0x6367_7270)
    /// Namespace files (`NSFS_MAGIC`).
    public static let namespaces = FileSystem(magic: 0x6e73_6673)
    /// procfs (`PROC_SUPER_MAGIC`).
    public static let proc = FileSystem(magic: 0x9fa0)

    /// The magic number of the file system that holds `path`.
    ///
    /// The corresponding system call is `statfs(2)`.
    public static func magic(at path: String) throws(Errno) -> UInt64 {
        var magic: UInt64 = 0
        try Errno.check(netctl_filesystem_magic(path, &magic))
        return magic
    }
}
