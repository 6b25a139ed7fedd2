internal import Glibc
public import SystemPackage

/// A file descriptor that closes when its owner goes.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The descriptor's number, valid as long as this value lives.
    public let rawValue: Int32

    /// Takes ownership of `descriptor`; nobody else may close it.
    public init(owning descriptor: Int32) {
        rawValue = descriptor
    }

    deinit {
        close(rawValue)
    }

    /// A second descriptor of the same open file, closed on exec.
    public borrowing func duplicate() throws(Errno) -> OwnedDescriptor {
        let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .current }
        return OwnedDescriptor(owning: copy)
    }

    /// Gives up ownership: the caller closes the descriptor.
    public consuming func release() -> Int32 {
        let descriptor = rawValue
        discard self
        return descriptor
    }
}
