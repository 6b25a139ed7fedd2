internal import LinuxSystem
internal import Netlink
internal import Policy

/// An interface and, of a veth, the other end: as far as they decide which bytes XDP gets there, and
/// whether frames can be sent from XDP.
struct Wiring: Equatable {
    /// The other end of a veth pair.
    struct Peer: Equatable {
        /// Its name, in its namespace.
        let interface: String
        /// What its namespace is called; nil for process 1's.
        let netns: String?
        /// Whether the driver runs an XDP program there, or is about to.
        let hasNativeProgram: Bool
        let offloads: InterfaceOffloads

        /// Whether frames that a rule redirects into the pair arrive. They need the receiver's NAPI,
        /// which it has for a program or for GRO (drivers/net/veth.c, veth_xdp_xmit).
        var takesRedirected: Bool { hasNativeProgram || offloads.receiveJoining }

        /// Whether frames that `tx` sends back arrive. With GRO alone they are taken, and lie there:
        /// the receiver is told of them only if it has a program (the same, veth_xdp_flush).
        var takesReturned: Bool { hasNativeProgram }
    }

    let interface: String
    let isVeth: Bool
    let offloads: InterfaceOffloads
    /// Nil but for a veth, and where the other end's namespace cannot be found.
    let peer: Peer?
}

extension Wiring {
    /// Looks at a link.
    ///
    /// - Parameters:
    ///   - link: The link, of the socket's namespace.
    ///   - namespace: That namespace.
    ///   - planned: XDP hooks whose driver is about to run a program.
    ///   - socket: A socket there.
    /// - Throws: `NetlinkError` when the link is gone meanwhile.
    init(
        _ link: NetworkLink, in namespace: NetworkNamespace, planned: Set<AttachPoint>,
        _ socket: inout NetlinkSocket
    ) throws {
        interface = link.name
        isVeth = link.kind == "veth"
        offloads = try socket.offloads(of: link)
        peer = isVeth ? try? Peer(of: link, in: namespace, planned: planned, &socket) : nil
    }
}

extension Wiring.Peer {
    fileprivate init?(
        of link: NetworkLink, in namespace: NetworkNamespace, planned: Set<AttachPoint>,
        _ socket: inout NetlinkSocket
    ) throws {
        guard let index = link.peerIndex else { return nil }
        guard let id = link.peerNamespaceID else {
            try self.init(index, in: namespace, planned: planned, &socket)
            return
        }
        let found = try NetworkNamespace.first { other in
            (try? socket.namespaceID(of: other)) == .some(id)
        }
        guard let found else { return nil }
        self = try found.perform {
            var socket = try NetlinkSocket()
            return try Self(index, in: found.namespace, planned: planned, &socket)
        }
    }

    private init(
        _ index: UInt32, in namespace: NetworkNamespace, planned: Set<AttachPoint>,
        _ socket: inout NetlinkSocket
    ) throws {
        let link = try socket.link(index: index)
        interface = link.name
        netns = namespace.displayName
        let point = AttachPoint(
            hook: .xdp, namespace: namespace.inode, interfaceIndex: Int32(link.index))
        hasNativeProgram = link.xdp?.programs[.native] != nil || planned.contains(point)
        offloads = try socket.offloads(of: link)
    }
}
