internal import CLinuxShims
internal import Glibc
internal import SystemPackage

/// Where the cgroups of version 2 are mounted.
public struct CgroupMount: Hashable, Sendable {
    /// The mount point: `/sys/fs/cgroup`, or `/sys/fs/cgroup/unified` beside version 1.
    public let path: String
    /// What leads to the root of the mount namespace that it is in: empty for the caller's own.
    private var root = ""

    /// The mount that the calling thread sees or, where there is none, that the nearest ancestor in
    /// another mount namespace sees: inside `ip netns exec` /sys is mounted anew, without cgroups.
    ///
    /// - Throws: ``SystemError`` with `ENOENT` if there is none.
    public static func current() throws(SystemError) -> CgroupMount {
        if let mount = CgroupMount(in: try MountTable.current()) { return mount }
        if let ancestor = MountNamespace.nearestAncestorInAnotherMountNamespace(),
            let table = try? MountTable(pid: ancestor), var mount = CgroupMount(in: table)
        {
            mount.root = "/proc/\(ancestor)/root"
            return mount
        }
        throw SystemError(
            attempt: "find cgroups", subject: "/proc/thread-self/mountinfo",
            errno: .noSuchFileOrDirectory,
            reason: "no cgroup file system of version 2 is mounted",
            hint: "mount -t cgroup2 none /sys/fs/cgroup")
    }

    /// The best of a table's mounts: one of the whole hierarchy, at the place where it usually is;
    /// `nil` if there is none.
    init?(in table: MountTable) {
        let usual = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
        let seen = table.mounts(ofType: "cgroup2").filter {
            table.mount(at: $0.mountPoint)?.id == $0.id
        }
        let whole = seen.filter { $0.root == "/" }
        let candidates = (whole.isEmpty ? seen : whole).map(\.mountPoint)
        guard let path = usual.first(where: candidates.contains) ?? candidates.first else {
            return nil
        }
        self.path = path
    }

    /// Opens a cgroup.
    ///
    /// The corresponding system call is `openat2(2)`, since Linux 5.6.
    ///
    /// - Parameter path: Its path below the mount, `/system.slice/nginx.service`, `/` for the
    ///   root; or its whole path, which begins with the mount's.
    /// - Returns: The cgroup that is there now.
    /// - Throws: ``SystemError`` with `EINVAL` for a path that is relative or has `..` in it,
    ///   `ENOENT` if there is no such cgroup, `ELOOP` or `EXDEV` where a symbolic link or another
    ///   mount is in the way.
    public func open(_ path: String) throws(SystemError) -> Cgroup.Handle {
        do throws(CgroupPathProblem) {
            let relative = try relativePath(path)
            return try open(relative: relative)
        } catch {
            throw SystemError(
                attempt: "open cgroup", subject: path, errno: error.errno,
                reason: error.reason ?? reason(error.errno, path))
        }
    }

    /// A path as ``Cgroup/path`` has it, whether or not there is such a cgroup.
    ///
    /// - Parameter path: As ``open(_:)`` takes it.
    /// - Returns: The path below the mount.
    /// - Throws: ``SystemError`` with `EINVAL` for a path that is relative or has `..` in it.
    public func plainPath(_ path: String) throws(SystemError) -> String {
        do throws(CgroupPathProblem) {
            return "/" + (try relativePath(path))
        } catch {
            throw SystemError(
                attempt: "find cgroup", subject: path, errno: error.errno, reason: error.reason)
        }
    }

    /// The folder of a cgroup, whether or not there is one, by a path that works in this process.
    ///
    /// - Parameter path: As ``open(_:)`` takes it.
    /// - Returns: The folder's path.
    /// - Throws: ``SystemError`` with `EINVAL` for a path that is relative or has `..` in it.
    public func folder(of path: String) throws(SystemError) -> String {
        root + self.path + (try plainPath(path))
    }

    /// The path, below the mount, of the cgroup with an id: also tells whether it still exists, for a
    /// cgroup that is made in a removed one's place has another id.
    ///
    /// The corresponding system call is `open_by_handle_at(2)`, which needs `CAP_DAC_READ_SEARCH`.
    ///
    /// - Parameter id: A cgroup's id, as BPF and ``Cgroup/id`` tell it.
    /// - Returns: The path, `/` for the root; `nil` if there is no such cgroup, or none that the
    ///   mount shows, or if the mount is in another mount namespace.
    /// - Throws: ``SystemError``.
    public func path(ofID id: UInt64) throws(SystemError) -> String? {
        do throws(Errno) {
            let top = try OwnedDescriptor.open(root + self.path, .directory)
            let opened = netctl_open_kernfs_id(top.rawValue, id)
            if opened == -ESTALE { return nil }
            let cgroup = OwnedDescriptor(owning: try Errno.check(opened))
            let path = try ProcFile.link("/proc/thread-self/fd/\(cgroup.rawValue)")
            // Removed just now, a cgroup's path ends in " (deleted)".
            guard (try? FileIdentity(path: path)) == (try cgroup.identity()) else { return nil }
            return suffix(of: path)
        } catch {
            throw SystemError(attempt: "find cgroup", subject: "id \(id)", errno: error)
        }
    }

    /// The part of a whole path behind the mount's, with its `/`; `nil` if it is elsewhere.
    func suffix(of whole: String) -> String? {
        if whole == path { return "/" }
        guard whole.hasPrefix(path + "/") else { return nil }
        return String(whole.dropFirst(path.count))
    }

    /// Path components below the mount, joined by `/`.
    func relativePath(_ text: String) throws(CgroupPathProblem) -> String {
        guard text.hasPrefix("/") else {
            throw CgroupPathProblem(
                errno: .invalidArgument, reason: "a cgroup's path begins with '/'")
        }
        guard !text.utf8.contains(0) else {
            throw CgroupPathProblem(errno: .invalidArgument, reason: "a path has no NUL in it")
        }
        let components = text.split(separator: "/").filter { $0 != "." }
        guard !components.contains("..") else {
            throw CgroupPathProblem(
                errno: .invalidArgument, reason: "a cgroup's path has no '..' in it")
        }
        let plain = "/" + components.joined(separator: "/")
        return String((suffix(of: plain) ?? plain).dropFirst())
    }

    private func open(relative: String) throws(CgroupPathProblem) -> Cgroup.Handle {
        do throws(Errno) {
            let top = try OwnedDescriptor.open(root + path, .directory)
            let number = try Errno.check(
                netctl_open_directory_beneath(top.rawValue, relative.isEmpty ? "." : relative))
            let descriptor = OwnedDescriptor(owning: number)
            guard try FileSystem(of: descriptor) == .cgroup2 else { throw Errno.improperLink }
            // The id is the inode on every platform whose inode numbers have 64 bits.
            let id = try descriptor.identity().inode
            return Cgroup.Handle(
                cgroup: Cgroup(id: id, path: "/" + relative), descriptor: descriptor)
        } catch {
            throw CgroupPathProblem(errno: error, reason: nil)
        }
    }

    private func reason(_ errno: Errno, _ path: String) -> String? {
        switch errno {
        case .noSuchFileOrDirectory, .notDirectory:
            guard let found = try? FileSystem(at: path), suffix(of: path) == nil else {
                return "no such cgroup below \(self.path)"
            }
            return found == .cgroup2
                ? "it is not below \(self.path), where cgroups of version 2 are mounted"
                : "it is no cgroup of version 2; those are below \(self.path)"
        case .tooManySymbolicLinkLevels:
            return "a symbolic link is in its path"
        case .improperLink:
            return "another file system is mounted in its path"
        default:
            return nil
        }
    }
}

/// Why a path leads to no cgroup.
struct CgroupPathProblem: Error {
    let errno: Errno
    let reason: String?
}
