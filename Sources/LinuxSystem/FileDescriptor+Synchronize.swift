internal import Glibc
public import SystemPackage

extension FileDescriptor {
    /// Has what was written reach the disk (`fsync(2)`).
    public func synchronize() throws(Errno) {
        guard fsync(rawValue) == 0 else { throw .current }
    }
}
