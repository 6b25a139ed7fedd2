public import Foundation

/// What is known of a user's program on a hook: facts that its attach wrote.
public struct ProgramRecord: Codable, Sendable, Equatable {
    /// `NETCTL_ABI_VERSION` of the netctl that attached.
    public let abi: Int
    /// The function's name in C.
    public let name: String
    /// Its ELF section.
    public let section: String
    /// The file that it came from, as it was typed.
    public let file: String
    /// The hook: netctl's word where there is one, else the section.
    public let hook: String
    /// The interface's name then; nil elsewhere.
    public let interface: String?
    /// The inode of the interface's network namespace.
    public let namespace: UInt64?
    /// The interface's index there.
    public let index: Int32?
    /// The cgroup's path below the mount of cgroup v2; nil elsewhere.
    public let cgroup: String?
    /// How the program sits on an interface's hook.
    public let mode: AttachMode?
    /// When it was attached, or last replaced.
    public let attachedAt: Date
    /// The policy whose `attach:` made it; nil when a person did.
    public let owner: String?
}
