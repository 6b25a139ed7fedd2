internal import Glibc
public import SystemPackage

/// What differs once a path names another file, or its file has been written to or has other rights.
public struct FileMark: Hashable, Sendable {
    private let identity: FileIdentity
    private let size: Int
    private let written: [Int]
    private let changed: [Int]

    /// The mark of what `path` names, symbolic links followed (`stat(2)`).
    public init(path: String) throws(Errno) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .current }
        self.init(status)
    }

    /// The mark of an open file (`fstat(2)`).
    public init(of descriptor: borrowing OwnedDescriptor) throws(Errno) {
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else { throw .current }
        self.init(status)
    }

    /// How long ago it was written to, by the clock of its file system: less than nothing where that is
    /// fast.
    public var age: Duration {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return .seconds(now.tv_sec - written[0]) + .nanoseconds(now.tv_nsec - written[1])
    }

    private init(_ status: stat) {
        identity = FileIdentity(status)
        size = Int(status.st_size)
        written = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}
