internal import CLinuxShims
internal import Glibc
internal import SystemPackage

extension MountNamespace {
    /// Runs `body` in the mount namespace of a process, on a thread of its own.
    ///
    /// The thread starts in the caller's network namespace; its root and working directory are
    /// those of the other mount namespace. The caller waits; its own mounts do not change.
    ///
    /// The corresponding system calls are `unshare(CLONE_FS)` and `setns(CLONE_NEWNS)`.
    ///
    /// - Throws: ``SystemError`` if the namespace cannot be entered (`EPERM` without
    ///   CAP_SYS_ADMIN and CAP_SYS_CHROOT, `ESRCH` without such a process), else what `body`
    ///   throws.
    public static func perform<Result: Sendable>(
        inMountNamespaceOf pid: Int32, _ body: @Sendable () throws -> Result
    ) throws -> Result {
        try withoutActuallyEscaping(body) { body in
            let job = ThreadJob {
                try enter(pid: pid)
                return try body()
            }
            return try job.runOnNewThread()
        }
    }

    private static func enter(pid: Int32) throws(SystemError) {
        do throws(Errno) {
            let namespace = try OwnedDescriptor.open("/proc/\(pid)/ns/mnt")
            // setns(CLONE_NEWNS) refuses a thread that shares its root and working directory.
            try Errno.check(netctl_unshare(Int32(NETCTL_CLONE_FS.rawValue)))
            try Errno.check(
                netctl_setns(namespace.rawValue, Int32(NETCTL_CLONE_NEWNS.rawValue)))
        } catch {
            throw SystemError(
                attempt: "enter mount namespace", subject: "process \(pid)",
                errno: error == .noSuchFileOrDirectory ? .noSuchProcess : error,
                hint: error == .notPermitted ? "needs CAP_SYS_ADMIN and CAP_SYS_CHROOT" : nil)
        }
    }
}
