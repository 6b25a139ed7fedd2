internal import Glibc
public import SystemPackage

/// Which file this is, whatever its path: device and inode.
public struct FileIdentity: Hashable, Sendable {
    /// The device number, in the encoding of `st_dev`.
    public let device: UInt64
    /// The inode number.
    public let inode: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// The identity of what `path` names, symbolic links followed (`stat(2)`).
    public init(path: String) throws(Errno) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .current }
        self.init(status)
    }

    /// The device's major number.
    var major: UInt64 { (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000) }
    /// The device's minor number.
    var minor: UInt64 { (device & 0xff) | (device >> 12 & 0xffff_ff00) }
}
