internal import LinuxSystem
internal import Netlink
public import Policy

/// A hook on which an attachment is wanted.
public struct AttachTarget: Sendable, Hashable {
    /// Where.
    public let point: AttachPoint
    /// What people call the interface or cgroup.
    public let location: Location
    /// The name by which the interface's namespace is entered; nil for the caller's.
    let netns: String?
    /// The mode that is insisted on; nil: what the kernel can.
    public let mode: AttachMode?
    /// How XDP is shared with programs of others; nil: not at all.
    public let share: XDPShare?
    /// Whether packets begin with an Ethernet header there.
    let ethernet: Bool

    /// `eth1`, `eth1 in netns blue`, `cgroup /system.slice`.
    public var name: String { point.label(location) }

    /// The mode that is insisted on, or `auto`.
    public var modeName: String { mode?.rawValue ?? "auto" }

    /// Finds an interface.
    ///
    /// - Throws: ``DatapathError`` when there is no such namespace or interface.
    public init(
        interface: String, netns: String?, hook: Hook, mode: AttachMode?, share: XDPShare? = nil
    ) throws(DatapathError) {
        let (inode, link) = try translating {
            let name = try InterfaceName(interface)
            let handle = try AttachTarget.open(netns)
            let link = try handle.perform { () throws -> NetworkLink in
                var socket = try NetlinkSocket()
                return try socket.link(named: name.rawValue)
            }
            return (handle.namespace.inode, link)
        }
        self.init(link, inode: inode, netns: netns, hook: hook, mode: mode, share: share)
    }

    init(
        _ link: NetworkLink, inode: UInt64, netns: String?, hook: Hook, mode: AttachMode?,
        share: XDPShare? = nil
    ) {
        point = AttachPoint(hook: hook, namespace: inode, interfaceIndex: Int32(link.index))
        location = .interface(link.name, netns: NetworkNamespace(inode: inode).displayName)
        self.netns = netns
        self.mode = mode
        self.share = hook == .xdp ? share : nil
        ethernet = link.hasEthernetHeader
    }

    /// Finds a cgroup.
    ///
    /// - Parameters:
    ///   - cgroup: A path below the mount of cgroup v2, or a full one.
    ///   - hook: One of its hooks.
    /// - Throws: ``DatapathError`` when there is no such cgroup.
    public init(cgroup: String, hook: Hook) throws(DatapathError) {
        let found = try translating { try CgroupMount.current().open(cgroup).cgroup }
        point = AttachPoint(hook: hook, place: .cgroup(id: found.id))
        location = .cgroup(found.path)
        netns = nil
        mode = nil
        share = nil
        ethernet = false
    }

    /// Where an attachment is, in whatever mode it has.
    init(_ attachment: Attachment, mode: AttachMode? = nil) {
        point = attachment.point
        location = attachment.location
        netns = nil
        self.mode = mode
        share = attachment.record.share
        ethernet = attachment.record.ethernet
    }

    /// An attachment that was removed, as it was.
    init(reviving record: AttachmentRecord, at point: AttachPoint) {
        self.point = point
        location =
            if let interface = record.interface {
                .interface(interface, netns: nil)
            } else {
                .cgroup(record.cgroup ?? "?")
            }
        netns = nil
        mode = record.mode
        share = record.share
        ethernet = record.ethernet
    }

    /// An interface's hook that a user's program is for, by what is known of it.
    init?(_ record: ProgramRecord) {
        guard let point = record.attachPoint, let name = record.interface else { return nil }
        self.point = point
        location = .interface(name, netns: nil)
        netns = nil
        mode = record.mode
        share = nil
        ethernet = false
    }

    /// The interface's network namespace.
    func openNamespace() throws -> NetworkNamespace.Handle {
        if netns == nil, let inode = point.namespace, try NetworkNamespace.current.inode != inode {
            return try NetworkNamespace(inode: inode).openExisting()
        }
        return try Self.open(netns)
    }

    static func open(_ netns: String?) throws(SystemError) -> NetworkNamespace.Handle {
        if let netns { try .named(netns) } else { try .current() }
    }
}
