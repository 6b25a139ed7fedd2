internal import CLinuxShims
public import SystemPackage

/// A socket of a process: one of its descriptors, and which socket that is.
public struct ProcessSocket: Hashable, Sendable, Codable {
    /// The process.
    public let pid: Int32
    /// The descriptor's number there.
    public let descriptor: Int32
    /// The socket's inode: another socket under the same number has another.
    public let inode: UInt64

    /// The sockets among a process's descriptors, by number.
    ///
    /// - Parameter pid: The process.
    /// - Returns: None for a process that has none.
    /// - Throws: `Errno` for a process that is not there, or may not be looked at.
    public static func all(of pid: Int32) throws(Errno) -> [ProcessSocket] {
        let folder = "/proc/\(pid)/fd"
        return try Directory.entries(at: folder).compactMap(Int32.init).sorted().compactMap {
            socket(pid, $0)
        }
    }

    private static func socket(_ pid: Int32, _ number: Int32) -> ProcessSocket? {
        guard let link = try? ProcFile.link("/proc/\(pid)/fd/\(number)"),
            link.hasPrefix("socket:["), let inode = UInt64(link.dropFirst(8).dropLast())
        else { return nil }
        return ProcessSocket(pid: pid, descriptor: number, inode: inode)
    }

    /// Whether the process still has it.
    public var isThere: Bool { Self.socket(pid, descriptor) == self }

    /// Opens it for this process, too.
    ///
    /// The corresponding system call is `pidfd_getfd(2)`, since Linux 5.6.
    ///
    /// - Returns: A descriptor of the same socket.
    /// - Throws: `Errno`: `.badFileDescriptor` if it is gone, `.notPermitted` without the rights of
    ///   the process's debugger.
    public func open() throws(Errno) -> OwnedDescriptor {
        let result = netctl_descriptor_of(pid, descriptor)
        guard result >= 0 else { throw Errno(rawValue: -result) }
        let owned = OwnedDescriptor(owning: result)
        guard try ProcFile.link("/proc/thread-self/fd/\(result)") == "socket:[\(inode)]" else {
            throw .badFileDescriptor
        }
        return owned
    }
}
