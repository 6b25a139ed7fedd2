internal import Glibc
public import SystemPackage

extension OwnedDescriptor {
    /// How ``OwnedDescriptor/open(_:_:)`` opens a path.
    public struct OpenFlags: OptionSet, Sendable {
        /// The `O_…` bits.
        public let rawValue: Int32

        /// Flags from their `O_…` bits.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Read and write instead of read only (`O_RDWR`).
        public static let readWrite = OpenFlags(rawValue: O_RDWR)
        /// Fail with `ENOTDIR` on anything but a directory (`O_DIRECTORY`).
        public static let directory = OpenFlags(rawValue: O_DIRECTORY)
        /// Fail with `ELOOP` on a symbolic link (`O_NOFOLLOW`).
        public static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
    }

    /// Opens an existing path, read only unless `flags` say otherwise, closed on exec.
    ///
    /// The corresponding system call is `open(2)`.
    public static func open(
        _ path: String, _ flags: OpenFlags = []
    ) throws(Errno) -> OwnedDescriptor {
        while true {
            let descriptor = Glibc.open(path, flags.rawValue | O_CLOEXEC)
            if descriptor >= 0 { return OwnedDescriptor(owning: descriptor) }
            let errno = Errno.current
            guard errno == .interrupted else { throw errno }
        }
    }

    /// The device and inode of the open file (`fstat(2)`).
    public borrowing func identity() throws(Errno) -> FileIdentity {
        var status = stat()
        guard fstat(rawValue, &status) == 0 else { throw .current }
        return FileIdentity(status)
    }
}
