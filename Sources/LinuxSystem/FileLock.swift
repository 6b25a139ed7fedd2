internal import Glibc
internal import SystemPackage

/// An exclusive advisory lock on a file or directory, held while this value lives.
///
/// The lock ends with the process at the latest, however it ends.
public struct FileLock: ~Copyable, Sendable {
    /// What is locked.
    public let path: String
    let descriptor: OwnedDescriptor

    /// Locks `path`, which is no symbolic link, waiting at most `limit` for another holder.
    ///
    /// The lock is on what `path` names when this returns: if the file was removed or replaced
    /// while waiting, the new one is locked instead.
    ///
    /// The corresponding system call is `flock(LOCK_EX)`.
    ///
    /// - Throws: ``FileLockError`` with `EWOULDBLOCK` and the holder when the time is up, or
    ///   with the errno of opening `path`.
    public init(path: String, waitingUpTo limit: Duration = .zero) throws(FileLockError) {
        self.path = path
        let deadline = ContinuousClock.now + limit
        do {
            while true {
                let file = try OwnedDescriptor.open(path, .noFollow)
                try FileLock.lock(file, until: deadline)
                if try FileLock.names(path, file) {
                    descriptor = file
                    return
                }
            }
        } catch {
            throw FileLockError(path: path, waiting: limit, errno: error)
        }
    }

    /// Polls every 20 ms: a blocking flock could only be bounded by a signal.
    private static func lock(
        _ file: borrowing OwnedDescriptor, until deadline: ContinuousClock.Instant
    ) throws(Errno) {
        while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
            let errno = Errno.current
            guard errno == .wouldBlock || errno == .interrupted else { throw errno }
            guard ContinuousClock.now < deadline else { throw .wouldBlock }
            usleep(20_000)
        }
    }

    /// Whether `path` still names the open file.
    private static func names(
        _ path: String, _ file: borrowing OwnedDescriptor
    ) throws(Errno) -> Bool {
        do throws(Errno) {
            return try FileIdentity(path: path) == file.identity()
        } catch .noSuchFileOrDirectory {
            return false
        }
    }

    deinit {
        // Explicit, for a child process may have inherited the open file; closing comes next.
        flock(descriptor.rawValue, LOCK_UN)
    }
}
