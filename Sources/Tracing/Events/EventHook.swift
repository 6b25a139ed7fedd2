internal import Datapath
internal import NetctlABI
public import Policy

/// Where an event comes from: a hook, or the kernel itself.
public enum EventHook: Hashable, Sendable, CustomStringConvertible {
    /// A program of netctl decided.
    case hook(Hook)
    /// The kernel dropped the packet, or a program of somebody else did.
    case kernel

    /// All of them, in the order in which a packet meets them.
    public static let all = Hook.allCases.map(EventHook.hook) + [.kernel]

    /// The name in flags and JSON.
    public var description: String {
        switch self {
        case .hook(let hook): hook.rawValue
        case .kernel: "kernel"
        }
    }

    /// The one that is called so.
    public init?(name: String) {
        guard let hook = Self.all.first(where: { $0.description == name }) else { return nil }
        self = hook
    }

    init?(abi: UInt8) {
        guard let hook = Self.all.first(where: { $0.abi == UInt32(abi) }) else { return nil }
        self = hook
    }

    /// The value that programs use, `enum netctl_hook`.
    var abi: UInt32 {
        switch self {
        case .hook(let hook): hook.abi.rawValue
        case .kernel: NETCTL_HOOK_KERNEL.rawValue
        }
    }
}
