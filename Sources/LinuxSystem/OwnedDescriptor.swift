internal import Glibc
public import SystemPackage

/// Owns one file descriptor: moving the value moves the ownership, and its end closes the
/// descriptor.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number of the descriptor; valid as long as this value lives.
    public let rawValue: Int32

    /// Takes over a descriptor that nobody else will close.
    ///
    /// - Parameter rawValue: An open descriptor.
    public init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit {
        // An error of close(2) leaves nothing to do: Linux has released the descriptor anyway.
        _ = close(rawValue)
    }

    /// Opens a second descriptor of the same open file, close-on-exec and never 0, 1 or 2.
    ///
    /// The corresponding C function is `fcntl(F_DUPFD_CLOEXEC)`.
    ///
    /// - Returns: The new descriptor.
    /// - Throws: `Errno` of the call, `.tooManyOpenFiles` among them.
    public borrowing func duplicate() throws(Errno) -> OwnedDescriptor {
        let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else {
            throw Errno(rawValue: errno)
        }
        return OwnedDescriptor(owning: copy)
    }

    /// Gives up the ownership: the caller closes the descriptor from now on.
    ///
    /// - Returns: The number of the descriptor.
    public consuming func release() -> Int32 {
        let descriptor = rawValue
        discard self
        return descriptor
    }
}
