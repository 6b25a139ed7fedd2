internal import LinuxSystem
internal import Netlink
public import Policy

/// An interface on which an attachment is wanted.
public struct AttachTarget: Sendable, Hashable {
    /// Where.
    public let point: AttachPoint
    /// The interface's name.
    public let interface: String
    /// The network namespace's name in /run/netns; nil for the caller's.
    public let namespace: String?
    /// The mode asked for.
    public let mode: XDPModeRequest

    /// `eth1`, or `eth1 in netns blue`.
    public var name: String {
        namespace.map { "\(interface) in netns \($0)" } ?? interface
    }

    /// Finds an interface.
    ///
    /// - Throws: ``DatapathError`` when there is no such namespace or interface.
    public init(
        interface: String, namespace: String?, hook: Hook, mode: XDPModeRequest
    ) throws(DatapathError) {
        let (inode, link) = try translating {
            let name = try InterfaceName(interface)
            let handle = try AttachTarget.open(namespace)
            let link = try handle.perform { () throws -> NetworkLink in
                var socket = try NetlinkSocket()
                return try socket.link(named: name.rawValue)
            }
            return (handle.namespace.inode, link)
        }
        self.init(link, inode: inode, namespace: namespace, hook: hook, mode: mode)
    }

    init(
        _ link: NetworkLink, inode: UInt64, namespace: String?, hook: Hook, mode: XDPModeRequest
    ) {
        self.init(
            point: AttachPoint(hook: hook, namespace: inode, interfaceIndex: Int32(link.index)),
            interface: link.name, namespace: namespace, mode: mode)
    }

    init(point: AttachPoint, interface: String, namespace: String?, mode: XDPModeRequest) {
        self.point = point
        self.interface = interface
        self.namespace = namespace
        self.mode = mode
    }

    static func open(_ namespace: String?) throws(SystemError) -> NetworkNamespace.Handle {
        if let namespace { try .named(namespace) } else { try .current() }
    }
}
