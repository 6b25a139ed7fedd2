internal import CLinuxShims
public import SystemPackage

/// A file system that is mounted nowhere: its files are reached through a descriptor alone.
///
/// Nobody else sees it, and nothing is left when the value, or the process, ends.
public struct DetachedMount: ~Copyable, Sendable {
    private let descriptor: OwnedDescriptor

    /// Mounts a file system that needs neither a source nor options: `tracefs`, `debugfs`, `bpf`.
    ///
    /// The corresponding system calls are `fsopen(2)`, `fsconfig(2)` and `fsmount(2)`, since Linux 5.2.
    ///
    /// - Parameter type: The file system's type.
    /// - Throws: `EPERM` without CAP_SYS_ADMIN, `ENODEV` if the kernel lacks the type.
    public init(type: String) throws(Errno) {
        descriptor = OwnedDescriptor(owning: try Errno.check(netctl_mount_detached(type)))
    }

    /// A path to its root, for this thread: one may have descriptors of its own.
    public var path: String { "/proc/thread-self/fd/\(descriptor.rawValue)" }
}
