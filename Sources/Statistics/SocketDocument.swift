internal import LinuxSystem

/// A socket of a process, in JSON.
struct SocketDocument: Encodable, Sendable {
    let pid: Int32
    let fd: Int32
    let inode: UInt64

    /// The document of a socket.
    init(_ socket: ProcessSocket) {
        (pid, fd, inode) = (socket.pid, socket.descriptor, socket.inode)
    }
}
