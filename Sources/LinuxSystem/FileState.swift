internal import Glibc
public import SystemPackage

/// What tells whether somebody has written to an open file meanwhile.
///
/// Not the change time: that another file takes its name changes it, and its contents not.
public struct FileState: Hashable, Sendable {
    /// What kind of file it is.
    public enum Kind: String, Sendable {
        case regular = "a file"
        case directory = "a folder"
        case fifo = "a FIFO"
        case socket = "a socket"
        case device = "a device"
    }

    /// The kind.
    public let kind: Kind
    /// Its length in bytes.
    public let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    private init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            default: .device
            }
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }

    /// The state of what `path` names, symbolic links followed (`stat(2)`).
    public init(path: String) throws(Errno) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .current }
        self.init(status)
    }

    /// The state of an open file (`fstat(2)`).
    public init(of descriptor: borrowing OwnedDescriptor) throws(Errno) {
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else { throw .current }
        self.init(status)
    }
}
