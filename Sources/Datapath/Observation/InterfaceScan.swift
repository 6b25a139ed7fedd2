internal import BPF
internal import LinuxSystem
internal import Netlink
internal import Policy

/// The interfaces of the network namespaces that can be entered, and what is on their hooks.
struct InterfaceScan {
    /// A namespace and what is in it.
    struct Namespace {
        /// Its name in /run/netns, nil for process 1's, else its inode.
        let name: String?
        /// Its interfaces.
        let interfaces: [Interface]
    }

    /// An interface and the programs on its TC hooks.
    struct Interface {
        let link: NetworkLink
        /// The dispatchers of libxdp on its XDP hook.
        let dispatchers: [Dispatcher]
        /// Programs held by TCX, by hook, in their order.
        let tcx: [Hook: [AttachedPrograms.Entry]]
        /// Filters of a clsact qdisc, by hook, in their order.
        let filters: [Hook: [TCFilter]]

        /// The programs that judge on a hook, in their order; on XDP those that share it.
        func programs(on hook: Hook) -> [UInt32] {
            guard hook != .xdp else { return dispatchers.flatMap(\.members) }
            return (tcx[hook] ?? []).map(\.programID)
                + (filters[hook] ?? []).compactMap(\.bpf?.programID)
        }

        fileprivate func runs(_ program: UInt32, on hook: Hook) -> Bool {
            hook == .xdp
                ? (link.xdp?.programs ?? [:]).values.contains(program)
                : programs(on: hook).contains(program)
        }
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
            name: handle.namespace.displayName, interfaces: try handle.interfaces())
    }

    /// The interface at an attach point.
    func interface(at point: AttachPoint) -> Interface? {
        guard case .interface(let namespace, let index) = point.place else { return nil }
        return namespaces[namespace]?.interfaces.first { $0.link.index == UInt32(index) }
    }

    /// Where the interface of an attachment is now, if it has moved to another namespace: its link holds the
    /// stub there.
    func move(of point: AttachPoint, _ hold: Hold) -> Move? {
        guard case .interface = point.place, hold.linkID != nil, !hold.isGone,
            interface(at: point) == nil
        else { return nil }
        for (inode, namespace) in namespaces {
            for interface in namespace.interfaces
            where interface.runs(hold.programID, on: point.hook) {
                return Move(
                    from: point,
                    to: AttachPoint(
                        hook: point.hook, namespace: inode,
                        interfaceIndex: Int32(interface.link.index)),
                    label: interface.link.name + (namespace.name.map { " in netns \($0)" } ?? ""))
            }
        }
        return Move(from: point, to: nil, label: nil)
    }

    /// The name to show for a namespace: nil for process 1's.
    func name(of namespace: UInt64) -> String? {
        namespaces[namespace].map(\.name) ?? NetworkNamespace(inode: namespace).displayName
    }
}

extension NetworkNamespace.Handle {
    /// The links of the namespace.
    borrowing func links() throws -> [NetworkLink] {
        try perform { () throws -> [NetworkLink] in
            var socket = try NetlinkSocket()
            return try socket.links()
        }
    }

    /// The links of the namespace, and what is on their TC hooks.
    fileprivate borrowing func interfaces() throws -> [InterfaceScan.Interface] {
        try perform { () throws -> [InterfaceScan.Interface] in
            var socket = try NetlinkSocket()
            let links = try socket.links()
            let clsact = Set(try socket.qdiscs().filter(\.isClsact).map(\.interfaceIndex))
            return try links.map { link in
                var tcx: [Hook: [AttachedPrograms.Entry]] = [:]
                var filters: [Hook: [TCFilter]] = [:]
                for hook in [Hook.tcIngress, .tcEgress] {
                    tcx[hook] = tcxPrograms(Int32(link.index), hook)
                    guard clsact.contains(link.index) else { continue }
                    filters[hook] = try socket.filters(
                        interfaceIndex: link.index, direction: hook.clsactDirection)
                }
                return InterfaceScan.Interface(
                    link: link, dispatchers: XDPPlace(link.xdp).dispatchers, tcx: tcx,
                    filters: filters)
            }
        }
    }

    /// None where the kernel has no TCX, or the interface is gone meanwhile.
    private borrowing func tcxPrograms(_ index: Int32, _ hook: Hook) -> [AttachedPrograms.Entry] {
        let found = try? AttachedPrograms(interfaceIndex: index, direction: hook.tcxDirection)
        return found?.entries ?? []
    }
}

extension Hook {
    /// Which list of a clsact qdisc a TC hook is.
    var clsactDirection: ClsactDirection { self == .tcEgress ? .egress : .ingress }

    /// Which TCX hook of an interface a TC hook is.
    var tcxDirection: TCXDirection { self == .tcEgress ? .egress : .ingress }
}
