internal import LinuxSystem
public import Policy

/// Where an attachment is: a hook of one interface in one network namespace.
///
/// An interface index repeats across namespaces, so the namespace's inode is part of the identity.
public struct AttachPoint: Hashable, Sendable {
    /// The hook.
    public let hook: Hook
    /// Inode of the network namespace, as `/proc/PID/ns/net` shows it.
    public let namespace: UInt64
    /// Index of the interface there.
    public let interfaceIndex: Int32

    /// A hook of an interface.
    public init(hook: Hook, namespace: UInt64, interfaceIndex: Int32) {
        self.hook = hook
        self.namespace = namespace
        self.interfaceIndex = interfaceIndex
    }

    /// What to call an interface here: `eth1`, or `eth1 in netns blue`. The caller's own namespace is
    /// named only if it has a name.
    func label(_ interface: String, namespace name: String?) -> String {
        guard let name else { return interface }
        let isUnnamed = name.hasPrefix("net:[")
        let isOwn = (try? NetworkNamespace.current)?.inode == namespace
        return isUnnamed && isOwn ? interface : "\(interface) in netns \(name)"
    }

    /// The folder that holds this attachment's pins: `xdp-4026531840-3`. bpffs allows no dots.
    var pinName: String { "\(hook)-\(namespace)-\(interfaceIndex)" }

    /// Reads what ``pinName`` wrote; nil for any other name.
    init?(pinName: String) {
        let parts = pinName.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let index = Int32(parts[parts.count - 1]), index > 0,
            let namespace = UInt64(parts[parts.count - 2]),
            let hook = Hook(rawValue: parts.dropLast(2).joined(separator: "-"))
        else { return nil }
        self.init(hook: hook, namespace: namespace, interfaceIndex: index)
    }
}
