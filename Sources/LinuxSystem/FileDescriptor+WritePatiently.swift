internal import Glibc
public import SystemPackage

extension FileDescriptor {
    /// Writes to what somebody reads, or does not: a pipe that is full is waited for, but not for ever.
    ///
    /// - Parameters:
    ///   - text: What to write, in pieces for which a pipe has room or not (`PIPE_BUF`).
    ///   - limit: How long to wait for room before each piece.
    /// - Returns: Whether all of it was written.
    /// - Throws: `Errno` of `write(2)`.
    public func write(_ text: String, waitingUpTo limit: Duration) throws(Errno) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            var polled = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&polled, 1, Int32(limit / .milliseconds(1)))
            if ready < 0, Errno.current == .interrupted { continue }
            guard ready > 0 else { return false }
            let count = rest.prefix(4096).withUnsafeBytes {
                Glibc.write(rawValue, $0.baseAddress, $0.count)
            }
            guard count >= 0 else {
                let errno = Errno.current
                if errno == .interrupted { continue }
                throw errno
            }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
