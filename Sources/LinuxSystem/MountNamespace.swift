internal import Glibc
internal import SystemPackage

/// Which mount namespace: the identity, holding nothing open.
public struct MountNamespace: Hashable, Sendable {
    /// The inode of its file in nsfs.
    public let inode: UInt64

    /// The namespace of the calling thread.
    public static var current: MountNamespace {
        get throws(SystemError) { try MountNamespace(link: "/proc/thread-self/ns/mnt") }
    }

    /// The namespace of a process or thread.
    ///
    /// - Throws: ``SystemError`` with `ENOENT` if there is no such process, with `EACCES` if it
    ///   may not be looked into.
    public init(pid: Int32) throws(SystemError) {
        try self.init(link: "/proc/\(pid)/ns/mnt")
    }

    private init(link: String) throws(SystemError) {
        do {
            inode = try FileIdentity(path: link).inode
        } catch {
            throw SystemError(attempt: "read mount namespace", subject: link, errno: error)
        }
    }

    /// The nearest ancestor of this process that lives in another mount namespace: inside
    /// `ip netns exec`, the shell outside. Nil if there is none, or none that may be read.
    public static func nearestAncestorInAnotherMountNamespace() -> Int32? {
        guard let own = try? current else { return nil }
        return nearestAncestor(of: getpid(), parent: { ProcessStatus(pid: $0)?.parent }) {
            (try? MountNamespace(pid: $0)).map { $0 != own } ?? false
        }
    }

    /// The walk, over any process table.
    static func nearestAncestor(
        of pid: Int32, parent: (Int32) -> Int32?, where matches: (Int32) -> Bool
    ) -> Int32? {
        var pid = pid
        // A process that exits meanwhile re-parents its children: a bound ends any circle.
        for _ in 0..<4096 {
            guard let next = parent(pid), next > 0 else { return nil }
            if matches(next) { return next }
            pid = next
        }
        return nil
    }
}
