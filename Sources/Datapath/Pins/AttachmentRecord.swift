public import Foundation
public import Policy

/// What `attach` wrote: facts that do not change while the attachment lives.
public struct AttachmentRecord: Codable, Sendable, Equatable {
    /// `NETCTL_ABI_VERSION` of the netctl that attached.
    public internal(set) var abi: Int
    /// The interface's name then; it may have been renamed since. Nil for a cgroup.
    public let interface: String?
    /// The cgroup's path below the mount of cgroup v2; nil for an interface.
    public let cgroup: String?
    /// How the program sits on the hook; nil on a cgroup.
    public let mode: AttachMode?
    /// How it shares the hook with programs of others, in a dispatcher; nil: not at all.
    public internal(set) var share: XDPShare? = nil
    /// What the dispatcher was loaded for, a kernel's number of a hook: its programs call only such ones.
    var dispatcherType: UInt32? = nil
    /// Whether programs are loaded for multi-buffer frames; all of an attachment must agree.
    public let multiBuffer: Bool
    /// Whether packets begin with an Ethernet header.
    public let ethernet: Bool
    /// When it was attached.
    public let attachedAt: Date
    /// The policy whose `attach:` made it; nil when a person did.
    public let owner: String?
}
