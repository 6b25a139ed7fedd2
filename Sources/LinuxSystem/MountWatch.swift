internal import Glibc
internal import SystemPackage

/// Tells that something was mounted or unmounted, in the mount namespace of this process.
///
/// The corresponding interface is `poll(2)` of `/proc/self/mountinfo`.
public final class MountWatch {
    private let descriptor: OwnedDescriptor

    /// Watches from now on.
    ///
    /// - Throws: ``SystemError``.
    public init() throws(SystemError) {
        let path = "/proc/self/mountinfo"
        do {
            descriptor = try OwnedDescriptor.open(path)
        } catch {
            throw SystemError(attempt: "watch mounts", subject: path, errno: error)
        }
        _ = drain()
    }

    /// Has something urgent to be read (`POLLPRI`) when the mounts have changed; valid as long as this
    /// value lives.
    public var rawDescriptor: Int32 { descriptor.rawValue }

    /// Takes what has been told. That polling does it is the kernel's way.
    ///
    /// - Returns: Whether that was anything.
    public func drain() -> Bool {
        var polled = pollfd(fd: descriptor.rawValue, events: Int16(POLLPRI), revents: 0)
        return poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLPRI | POLLERR) != 0
    }
}
