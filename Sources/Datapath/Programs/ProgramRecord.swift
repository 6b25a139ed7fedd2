internal import BPF
public import Foundation
public import LinuxSystem
internal import Policy

/// What is known of a user's program that is on a hook, or was loaded for one.
public struct ProgramRecord: Codable, Sendable, Equatable {
    /// `NETCTL_ABI_VERSION` of the netctl that loaded it.
    public let abi: Int
    /// The function's name in C.
    public let name: String
    /// Its ELF section.
    public let section: String
    /// `enum bpf_prog_type`.
    let type: UInt32
    /// `enum bpf_attach_type`, as it was loaded.
    let attachType: UInt32
    /// The file that it came from, as it was typed.
    public let file: String
    /// Of the object and how it was loaded.
    public let digest: String
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
    /// The socket that it filters; nil elsewhere.
    public let socket: ProcessSocket?
    /// How the program sits on an interface's hook; before it does, the mode that is insisted on.
    public internal(set) var mode: AttachMode?
    /// The maps that are pinned beside it, by their names in C.
    let maps: [String]
    /// When it was attached, or last replaced.
    public let attachedAt: Date
    /// The policy whose `attach:` made it; nil when a person did.
    public let owner: String?
}

extension ProgramRecord {
    /// The hook of the interface, if it is on one.
    var attachPoint: AttachPoint? {
        guard let namespace, let index, let hook = Hook(rawValue: hook) else { return nil }
        return AttachPoint(hook: hook, namespace: namespace, interfaceIndex: index)
    }

    /// What the object said of the program.
    var program: ObjectProgram {
        ObjectProgram(
            name: name, section: section, type: ProgramType(rawValue: type),
            attachType: AttachType(rawValue: attachType))
    }
}
