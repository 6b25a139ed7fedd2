/// Which cgroup of version 2: the identity, holding nothing open.
public struct Cgroup: Hashable, Sendable {
    /// The kernel's number, unique while the system runs: the inode of its directory, and what BPF
    /// calls the cgroup's id.
    public let id: UInt64
    /// The path below the mount when it was opened: `/system.slice/nginx.service`, `/` for the root.
    public let path: String

    /// A cgroup by id and path.
    public init(id: UInt64, path: String) {
        self.id = id
        self.path = path
    }

    /// An open cgroup. That does not keep it: it can be removed, and then is gone for good.
    public struct Handle: ~Copyable, Sendable {
        /// Which cgroup this is.
        public let cgroup: Cgroup
        /// Its directory, for reading.
        public let descriptor: OwnedDescriptor

        init(cgroup: Cgroup, descriptor: consuming OwnedDescriptor) {
            self.cgroup = cgroup
            self.descriptor = descriptor
        }
    }
}
