internal import LinuxSystem
internal import Netlink

/// Names of interfaces and network namespaces, for those who meet their numbers. What is unknown is
/// looked for again, but not often.
package struct InterfaceNames {
    private struct Namespace {
        let name: String?
        var interfaces: [UInt32: String]
    }

    private var namespaces: [UInt64: Namespace] = [:]
    private var missed: [UInt64: ContinuousClock.Instant] = [:]
    private static let patience = Duration.seconds(1)

    /// Nothing is known yet.
    package init() {}

    /// The name of an interface.
    ///
    /// - Parameters:
    ///   - index: Its index.
    ///   - namespace: The inode of its network namespace.
    /// - Returns: The name; nil if the interface is gone, or the namespace has neither a name nor a
    ///   process.
    package mutating func name(of index: UInt32, in namespace: UInt64) -> String? {
        if let known = namespaces[namespace]?.interfaces[index] { return known }
        look(at: namespace)
        return namespaces[namespace]?.interfaces[index]
    }

    /// What to call a namespace; nil for process 1's.
    package mutating func name(ofNamespace inode: UInt64) -> String? {
        if let known = namespaces[inode] { return known.name }
        return NetworkNamespace(inode: inode).displayName
    }

    private mutating func look(at inode: UInt64) {
        if let last = missed[inode], .now - last < Self.patience { return }
        missed[inode] = .now
        guard let handle = try? NetworkNamespace(inode: inode).openExisting(),
            let links = try? handle.links()
        else { return }
        namespaces[inode] = Namespace(
            name: handle.namespace.displayName,
            interfaces: Dictionary(
                links.map { ($0.index, $0.name) }, uniquingKeysWith: { first, _ in first }))
    }
}
