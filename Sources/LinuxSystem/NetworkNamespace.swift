internal import CLinuxShims
internal import SystemPackage

/// Which network namespace: the identity, holding nothing open.
///
/// The inode is unique among the namespaces that exist; after one is gone, the kernel may give
/// its number to a new one.
public struct NetworkNamespace: Hashable, Sendable {
    /// The inode of its file in nsfs: the number in `net:[4026531840]`.
    public let inode: UInt64

    /// A namespace known by its inode.
    public init(inode: UInt64) {
        self.inode = inode
    }

    /// The namespace of the calling thread.
    public static var current: NetworkNamespace {
        get throws(SystemError) { try Handle.current().namespace }
    }

    /// The namespace of process 1, or nil where it cannot be told.
    ///
    /// Process 1 may be closed even to root. The calling thread's own namespace is then known
    /// to be the initial one by a setting that the kernel shows nowhere else.
    public static var initial: NetworkNamespace? {
        if let file = try? FileIdentity(path: "/proc/1/ns/net") {
            return NetworkNamespace(inode: file.inode)
        }
        // net/core/sysctl_net_core.c: net_core_table is registered for init_net alone.
        guard (try? FileIdentity(path: "/proc/sys/net/core/netdev_max_backlog")) != nil else {
            return nil
        }
        return try? current
    }

    /// The namespace called `name` in `/run/netns`, as `ip netns add` makes them.
    ///
    /// - Throws: ``SystemError`` with `ENOENT` if there is none, with `EINVAL` if `name` is not
    ///   a plain file name or the file is not a namespace.
    public init(named name: String) throws(SystemError) {
        self = try Handle.named(name).namespace
    }

    /// The namespace of a process or thread.
    ///
    /// - Throws: ``SystemError`` with `ESRCH` if there is no such process.
    public init(pid: Int32) throws(SystemError) {
        self = try Handle.process(pid).namespace
    }

    /// Moves the calling thread, for good, into a new and empty network namespace.
    ///
    /// Only for a thread of one's own: never call this on a thread of Swift's pool, whose other
    /// tasks would find themselves in the new namespace.
    ///
    /// The corresponding system call is `unshare(CLONE_NEWNET)`.
    public static func unshareCurrentThread() throws(SystemError) {
        do {
            try Errno.check(netctl_unshare(Int32(NETCTL_CLONE_NEWNET.rawValue)))
        } catch {
            throw SystemError(
                attempt: "make network namespace", subject: "calling thread", errno: error,
                hint: error == .notPermitted ? "needs CAP_SYS_ADMIN" : nil)
        }
    }
}
