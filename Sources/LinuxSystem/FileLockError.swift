public import SystemPackage

/// Why a lock was not had.
public struct FileLockError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was to be locked.
    public let path: String
    /// `EWOULDBLOCK` when the time was up, else why the path could not be opened.
    public let errno: Errno
    /// The process that holds the lock, if `/proc/locks` tells.
    public let holder: Int32?
    /// How long the caller was ready to wait.
    public let limit: Duration

    init(path: String, waiting limit: Duration, errno: Errno) {
        self.path = path
        self.errno = errno
        self.limit = limit
        var holder: Int32?
        if errno == .wouldBlock, let file = try? FileIdentity(path: path),
            let locks = try? ProcFile.read("/proc/locks")
        {
            holder = FileLockError.holder(of: file, in: locks)
        }
        self.holder = holder
    }

    /// `lock: /run/netctl: held by process 1234 after waiting 5.0 seconds (EAGAIN); …`.
    public var description: String {
        guard errno == .wouldBlock else {
            return "lock: \(path): \(errno.sentence) (\(errno.symbol))"
        }
        let who = holder.map { "process \($0)" } ?? "another process"
        return "lock: \(path): held by \(who) after waiting \(limit) (\(errno.symbol));"
            + " try again when it has finished"
    }

    /// Finds the holder in the text of `/proc/locks`:
    ///
    ///     1: FLOCK  ADVISORY  WRITE 1234 fe:01:12345 0 EOF
    ///     1: -> FLOCK  ADVISORY  WRITE 1240 fe:01:12345 0 EOF
    ///
    /// The second line is a process that waits. Major and minor are hexadecimal.
    static func holder(of file: FileIdentity, in locks: String) -> Int32? {
        for line in locks.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 6, fields[1] == "FLOCK", let pid = Int32(fields[4]), pid > 0
            else { continue }
            let place = fields[5].split(separator: ":")
            guard place.count == 3, UInt64(place[0], radix: 16) == file.major,
                UInt64(place[1], radix: 16) == file.minor, UInt64(place[2]) == file.inode
            else { continue }
            return pid
        }
        return nil
    }
}
