internal import LinuxSystem
internal import Netlink
public import Policy

/// An interface on which an attachment is wanted.
public struct AttachTarget: Sendable, Hashable {
    /// Where.
    public let point: AttachPoint
    /// The interface's name.
    public let interface: String
    /// The network namespace's name; nil for process 1's.
    public let namespace: String?
    /// The name by which it is entered; nil for the caller's.
    let netns: String?
    /// The mode asked for.
    public let mode: XDPModeRequest

    /// `eth1`, or `eth1 in netns blue`.
    public var name: String { point.label(interface, namespace: namespace) }

    /// Finds an interface.
    ///
    /// - Throws: ``DatapathError`` when there is no such namespace or interface.
    public init(
        interface: String, netns: String?, hook: Hook, mode: XDPModeRequest
    ) throws(DatapathError) {
        guard hook == .xdp else {
            throw DatapathError(
                "attach", interface, "hook \(hook) is not supported by this version",
                hint: "use --hook xdp", code: .unsupported)
        }
        let (inode, link) = try translating {
            let name = try InterfaceName(interface)
            let handle = try AttachTarget.open(netns)
            let link = try handle.perform { () throws -> NetworkLink in
                var socket = try NetlinkSocket()
                return try socket.link(named: name.rawValue)
            }
            return (handle.namespace.inode, link)
        }
        self.init(link, inode: inode, netns: netns, hook: hook, mode: mode)
    }

    init(
        _ link: NetworkLink, inode: UInt64, netns: String?, hook: Hook, mode: XDPModeRequest
    ) {
        self.init(
            point: AttachPoint(hook: hook, namespace: inode, interfaceIndex: Int32(link.index)),
            interface: link.name, namespace: NetworkNamespace(inode: inode).displayName,
            netns: netns,
            mode: mode)
    }

    init(
        point: AttachPoint, interface: String, namespace: String?, netns: String? = nil,
        mode: XDPModeRequest
    ) {
        self.point = point
        self.interface = interface
        self.namespace = namespace
        self.netns = netns
        self.mode = mode
    }

    static func open(_ netns: String?) throws(SystemError) -> NetworkNamespace.Handle {
        if let netns { try .named(netns) } else { try .current() }
    }
}
