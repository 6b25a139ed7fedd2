internal import Glibc
public import Testing

/// What this process may do.
public enum Privilege {
    /// Whether the process is root and may make network namespaces.
    public static let isRoot: Bool = geteuid() == 0 && (try? NamespaceExecutor()) != nil
}

extension Trait where Self == ConditionTrait {
    /// For tests that make namespaces, links or BPF programs.
    public static var requiresRoot: Self {
        .enabled(if: Privilege.isRoot, "needs root with CAP_SYS_ADMIN to make network namespaces")
    }
}
