internal import LinuxSystem
public import Policy

/// Where an attachment is: a hook of one interface, or of one cgroup.
public struct AttachPoint: Hashable, Sendable {
    /// What has hooks.
    public enum Place: Hashable, Sendable {
        /// An interface. Its index repeats across namespaces, so the namespace's inode, as
        /// `/proc/PID/ns/net` shows it, is part of the identity.
        case interface(namespace: UInt64, index: Int32)
        /// A cgroup, by its id: the inode of its folder, never used again until a reboot.
        case cgroup(id: UInt64)
    }

    /// The hook.
    public let hook: Hook
    /// The interface or cgroup.
    public let place: Place

    /// A hook of an interface or cgroup.
    public init(hook: Hook, place: Place) {
        self.hook = hook
        self.place = place
    }

    /// A hook of an interface.
    public init(hook: Hook, namespace: UInt64, interfaceIndex: Int32) {
        self.init(hook: hook, place: .interface(namespace: namespace, index: interfaceIndex))
    }

    /// The inode of the interface's network namespace; nil for a cgroup.
    public var namespace: UInt64? {
        if case .interface(let namespace, _) = place { namespace } else { nil }
    }

    /// What to call a place here: `eth1`, `eth1 in netns blue`, `cgroup /system.slice`. The caller's
    /// own namespace is named only if it has a name.
    func label(_ location: Location) -> String {
        guard let interface = location.interface else { return "cgroup \(location.name)" }
        guard let netns = location.netns else { return interface }
        let isUnnamed = netns.hasPrefix("net:[")
        let isOwn = (try? NetworkNamespace.current)?.inode == namespace
        return isUnnamed && isOwn ? interface : "\(interface) in netns \(netns)"
    }

    /// The folder that holds this attachment's pins: `xdp-4026531840-3`, `cgroup-egress-57`. bpffs
    /// allows no dots.
    var pinName: String {
        switch place {
        case .interface(let namespace, let index): "\(hook)-\(namespace)-\(index)"
        case .cgroup(let id): "\(hook)-\(id)"
        }
    }

    /// Reads what ``pinName`` wrote; nil for any other name.
    init?(pinName: String) {
        guard
            let hook = Hook.allCases.first(where: { pinName.hasPrefix("\($0)-") }),
            let place = Place(pinName.dropFirst(hook.rawValue.count + 1), of: hook)
        else { return nil }
        self.init(hook: hook, place: place)
    }
}

extension AttachPoint.Place {
    fileprivate init?(_ text: Substring, of hook: Hook) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        switch hook.place {
        case .interface:
            guard parts.count == 2, let namespace = UInt64(parts[0]),
                let index = Int32(parts[1]), index > 0
            else { return nil }
            self = .interface(namespace: namespace, index: index)
        case .cgroup:
            guard parts.count == 1, let id = UInt64(parts[0]), id > 0 else { return nil }
            self = .cgroup(id: id)
        }
    }

    /// Interfaces by namespace and index, then cgroups.
    fileprivate var rank: (UInt64, UInt64, UInt64) {
        switch self {
        case .interface(let namespace, let index): (0, namespace, UInt64(index))
        case .cgroup(let id): (1, id, 0)
        }
    }
}

extension AttachPoint: Comparable {
    /// By place, then in the order in which a packet meets the hooks.
    public static func < (left: AttachPoint, right: AttachPoint) -> Bool {
        guard left.place == right.place else { return left.place.rank < right.place.rank }
        return left.hook < right.hook
    }
}
