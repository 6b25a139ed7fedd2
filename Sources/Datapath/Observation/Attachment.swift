public import Policy

/// An attachment as it was found in the kernel.
public struct Attachment: Sendable {
    /// What a hook does with packets now.
    public enum State: String, Codable, Sendable {
        /// Judges them, or passes them for want of a policy.
        case active
        /// Passes them for a while.
        case paused
        /// Judges them by a policy that reverts by itself unless somebody confirms it.
        case pendingConfirm = "pending-confirm"
        /// Nothing: the interface, the cgroup or the program on it is gone.
        case gone
    }

    /// Where it is.
    public let point: AttachPoint
    /// What `attach` wrote.
    public let record: AttachmentRecord
    /// What people call the interface or cgroup now.
    public let location: Location
    /// The id of the program on the hook, the stub.
    public let programID: UInt32
    /// The id of the link that holds it there; nil for a clsact filter, which has none, and in a
    /// dispatcher, whose links are not ours.
    public let linkID: UInt32?
    /// The programs that judge there, in their order, those of others included, as far as the hook
    /// tells: on cgroups those of the cgroups above, too. On XDP those of a dispatcher, else none.
    public let chain: [UInt32]
    /// The policy in force, or behind a pause.
    public let policy: PolicyRecord?
    /// The pause, if there is one.
    public let pause: PauseRecord?
    /// The wait for a confirmation, if there is one, over or not.
    public let pending: PendingRecord?
    /// The counter slots in use: those of the policy in force, and of one that may come back.
    public let slots: SlotDirectory
    /// What it does.
    public let state: State

    /// `eth1`, `eth1 in netns blue`, `cgroup /system.slice`.
    public var name: String { point.label(location) }
    /// `eth1 xdp`, `cgroup /system.slice cgroup-egress`.
    public var hookName: String { "\(name) \(point.hook)" }
}

/// A program of somebody else on a hook that netctl could use.
public struct ForeignProgram: Sendable, Equatable {
    /// The hook.
    public let hook: Hook
    /// The interface or cgroup.
    public let location: Location
    /// The inode of the interface's network namespace; nil on cgroups.
    public let namespace: UInt64?
    /// The program's id.
    public let programID: UInt32
    /// The program's name, if it may be read.
    public let name: String?
}

/// Something that is not as it should be.
public struct Problem: Sendable, Equatable, Codable {
    /// A word for it: `gone`, `unreadable`.
    public let code: String
    /// What is wrong.
    public let message: String
    /// What to do.
    public let hint: String?
}
