public import LinuxSystem
public import Netlink

/// The bound TCP and UDP sockets of all network namespaces, whether or not a process holds them.
public struct LiveSockets: Sendable {
    /// A socket and where it is.
    public struct Entry: Sendable, Hashable {
        /// The socket.
        public let socket: InetSocket
        /// Its network namespace.
        public let netns: NetworkNamespace
    }

    /// The sockets.
    public private(set) var entries: [Entry] = []
    /// The namespaces that were looked into.
    public private(set) var namespaces: Set<NetworkNamespace> = []
    /// `TcpExt ListenOverflows` of each namespace, by inode.
    public private(set) var listenOverflows: [UInt64: UInt64] = [:]
    /// What of them could not be listed, and why.
    public private(set) var failures: [String] = []

    /// Looks into every namespace that can be found.
    ///
    /// - Throws: ``TracingError``.
    public static func now() throws(TracingError) -> LiveSockets {
        var live = LiveSockets()
        do {
            try NetworkNamespace.forEach { namespace in live.look(into: namespace) }
        } catch {
            throw TracingError(error)
        }
        return live
    }

    private init() {}

    private mutating func look(into namespace: NetworkNamespace) {
        do {
            var netlink = try NetlinkSocket(.sockets)
            for (proto, family) in [(UInt8(6), UInt8(2)), (6, 10), (17, 2), (17, 10)] {
                // A kernel without IPv6 lists none.
                guard let sockets = try? netlink.inetSockets(proto: proto, family: family) else {
                    continue
                }
                entries += sockets.map { Entry(socket: $0, netns: namespace) }
            }
            namespaces.insert(namespace)
            listenOverflows[namespace.inode] = TCPStatistics.current?["ListenOverflows"]
        } catch {
            failures.append("\(error)")
        }
    }
}
