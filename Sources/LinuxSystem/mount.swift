internal import Glibc
public import SystemPackage

/// Mounts a file system, in the calling thread's mount namespace.
///
/// The corresponding system call is `mount(2)`.
///
/// - Parameters:
///   - source: A device or directory, or any word that names the mount.
///   - target: The directory to mount on.
///   - type: The file system's type: `"bpf"`.
///   - flags: Options of the mount.
///   - data: Options of the file system: `"mode=700"`.
/// - Throws: `EPERM` without CAP_SYS_ADMIN, `ENODEV` if the kernel lacks the type.
public func mount(
    source: String, target: String, type: String, flags: MountFlags = [], data: String? = nil
) throws(Errno) {
    let status =
        if let data {
            data.withCString { Glibc.mount(source, target, type, flags.rawValue, $0) }
        } else {
            Glibc.mount(source, target, type, flags.rawValue, nil)
        }
    guard status == 0 else { throw .current }
}

/// Takes a mount out of the tree; it ends when its last user goes if `lazily` is set.
///
/// The corresponding system call is `umount2(2)`.
///
/// - Throws: `EBUSY` if it is in use and `lazily` is not set, `EINVAL` if it is no mount point.
public func unmount(_ target: String, lazily: Bool = false) throws(Errno) {
    guard umount2(target, lazily ? Int32(MNT_DETACH) : 0) == 0 else { throw .current }
}
