internal import Glibc

/// How many descriptors this process may have.
public enum DescriptorLimit {
    /// Raises it to what may be had without a privilege (`RLIMIT_NOFILE`): the usual 1,024 is for programs
    /// that call `select(2)`.
    public static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
