import ArgumentParser

extension CompletionKind {
    /// The interfaces of the shell's network namespace.
    static var interfaces: CompletionKind { .shellCommand("ls /sys/class/net") }

    /// The network namespaces that have names.
    static var namespaces: CompletionKind { .shellCommand("ls /run/netns 2>/dev/null") }
}
