internal import LinuxSystem
internal import Netlink

/// The interfaces of the network namespaces that can be entered.
struct InterfaceScan {
    /// A namespace and what is in it.
    struct Namespace {
        /// Its name in /run/netns, nil for process 1's, else its inode.
        let name: String?
        /// Its interfaces.
        let links: [NetworkLink]
    }

    /// By inode.
    private(set) var namespaces: [UInt64: Namespace] = [:]

    /// Scans the caller's network namespace, process 1's and all that have a name. One that vanishes
    /// meanwhile, or may not be entered, is left out.
    init() throws {
        try scan { try .current() }
        try? scan { try .process(1) }
        for name in NetworkNamespace.names().values { try? scan { try .named(name) } }
    }

    private mutating func scan(
        _ open: () throws -> NetworkNamespace.Handle
    ) throws {
        let handle = try open()
        guard namespaces[handle.namespace.inode] == nil else { return }
        namespaces[handle.namespace.inode] = Namespace(
            name: handle.namespace.displayName, links: try handle.links())
    }

    /// The interface at an attach point.
    func link(at point: AttachPoint) -> NetworkLink? {
        namespaces[point.namespace]?.links.first { $0.index == UInt32(point.interfaceIndex) }
    }

    /// The name to show for a namespace: nil for process 1's.
    func name(of namespace: UInt64) -> String? {
        namespaces[namespace].map(\.name) ?? NetworkNamespace(inode: namespace).displayName
    }
}

extension NetworkNamespace.Handle {
    /// The interfaces of the namespace.
    borrowing func links() throws -> [NetworkLink] {
        try perform { () throws -> [NetworkLink] in
            var socket = try NetlinkSocket()
            return try socket.links()
        }
    }
}
