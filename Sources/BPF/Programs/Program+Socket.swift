internal import Glibc
public import LinuxSystem
internal import SystemPackage

extension Program {
    /// Has the program decide how much of each packet a socket gets, in the place of what decided before.
    /// It stays as long as the socket.
    ///
    /// The corresponding call is `setsockopt(SO_ATTACH_BPF)`, since Linux 3.19.
    ///
    /// - Parameter socket: Any socket.
    /// - Throws: ``BPFError`` with `.system`: `EINVAL` for a program of another type, `EPERM` where the
    ///   socket's filter is locked.
    public borrowing func filter(socket: borrowing OwnedDescriptor) throws(BPFError) {
        var number = descriptor.rawValue
        guard
            setsockopt(
                socket.rawValue, SOL_SOCKET, SO_ATTACH_BPF, &number,
                socklen_t(MemoryLayout<Int32>.size)) == 0
        else {
            throw .system("attach", "\(subject) to socket", Errno(rawValue: errno))
        }
    }

    /// Takes whatever filter there is from a socket.
    ///
    /// The corresponding call is `setsockopt(SO_DETACH_BPF)`.
    ///
    /// - Parameter socket: Any socket; without a filter nothing happens.
    public static func removeFilter(of socket: borrowing OwnedDescriptor) {
        var nothing: Int32 = 0
        _ = setsockopt(
            socket.rawValue, SOL_SOCKET, SO_DETACH_FILTER, &nothing,
            socklen_t(MemoryLayout<Int32>.size))
    }
}
