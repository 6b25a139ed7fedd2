internal import CLibbpf
public import LinuxSystem
public import SystemPackage

/// A program attached to a hook. Dropping the value detaches it, unless it is pinned.
///
/// Another thread's child process holds a copy of the descriptor between fork and exec, and with it
/// the attachment: where the hook must be free at once, call ``detach()`` first.
///
/// Each hook's way to attach is in a file of its own: `Link+XDP.swift`, `Link+TCX.swift`, `Link+Cgroup.swift`.
public struct Link: ~Copyable, Sendable {
    /// The descriptor of the link.
    public let descriptor: OwnedDescriptor
    /// What errors call it.
    let subject: String

    init(descriptor: consuming OwnedDescriptor, subject: String) {
        self.descriptor = descriptor
        self.subject = subject
    }

    /// Opens a pinned link.
    ///
    /// - Parameter path: A name in a bpf file system.
    /// - Throws: ``BPFError`` with `.notFound`, with `.wrongType` if it is the pin of a map or
    ///   program, or with `.system`.
    public init(pinned path: FilePath) throws(BPFError) {
        descriptor = try Pin.open(path, as: .link, "open link")
        subject = path.string
    }

    /// Opens a link by its id. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Parameter id: The kernel's number.
    /// - Throws: ``BPFError`` with `.notFound` if the link is gone, or with `.system`.
    public init(id: UInt32) throws(BPFError) {
        subject = "link \(id)"
        descriptor = try openID("open", subject, bpf_link_get_fd_by_id(id))
    }

    /// What the kernel knows about the link now.
    public var info: LinkInfo {
        get throws(BPFError) { try LinkInfo(descriptor, subject: subject) }
    }

    /// Replaces the program, without a packet in between that sees none.
    ///
    /// The corresponding system call is `bpf(BPF_LINK_UPDATE)`, for cgroups since Linux 5.7, for
    /// XDP since 5.9, for TCX since 6.6.
    ///
    /// - Parameter program: A program of the type that the hook needs.
    /// - Throws: ``BPFError`` with `.system`, `ENOLINK` if the hook is gone.
    public borrowing func update(program: borrowing Program) throws(BPFError) {
        var options = bpf_link_update_opts()
        options.sz = MemoryLayout<bpf_link_update_opts>.size
        try update(program, &options)
    }

    /// Replaces the program if it still is the one that the caller knows.
    ///
    /// - Parameters:
    ///   - program: A program of the type that the hook needs.
    ///   - expected: The program that must be in force.
    /// - Throws: ``BPFError`` with `.system`: `EPERM` if another program is in force, `ENOLINK` if
    ///   the hook is gone.
    public borrowing func update(
        program: borrowing Program, expecting expected: borrowing Program
    ) throws(BPFError) {
        var options = bpf_link_update_opts()
        options.sz = MemoryLayout<bpf_link_update_opts>.size
        options.flags = 1 << 2  // BPF_F_REPLACE
        options.old_prog_fd = UInt32(bitPattern: expected.descriptor.rawValue)
        try update(program, &options)
    }

    private borrowing func update(
        _ program: borrowing Program, _ options: inout bpf_link_update_opts
    ) throws(BPFError) {
        let result = bpf_link_update(
            descriptor.rawValue, program.descriptor.rawValue, &options)
        let reason: String? =
            switch Errno(rawValue: -result) {
            case .notPermitted where options.flags != 0: "another program is in force"
            case .noLink: "what it was attached to is gone"
            default: nil
            }
        guard result == 0 else {
            throw .system("update link", subject, Errno(rawValue: -result), reason: reason)
        }
    }

    /// Detaches the program at once, even if the link is pinned; the link stays, defunct.
    ///
    /// The corresponding system call is `bpf(BPF_LINK_DETACH)`, since Linux 5.9.
    ///
    /// - Throws: ``BPFError`` with `.system`, `EOPNOTSUPP` for links that cannot.
    public borrowing func detach() throws(BPFError) {
        try check(bpf_link_detach(descriptor.rawValue), "detach link", subject)
    }

    /// Gives the link a name in a bpf file system: the program stays attached without a process.
    ///
    /// - Parameter path: A free name in an existing directory.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func pin(at path: FilePath) throws(BPFError) {
        try Pin.create(descriptor, at: path, "pin link at")
    }

    /// The ids of all links of the kernel, ascending. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Returns: The ids; a link may be gone before it is opened.
    /// - Throws: ``BPFError`` with `.system`.
    public static func ids() throws(BPFError) -> [UInt32] {
        try kernelIDs(of: "links") { bpf_link_get_next_id($0, $1) }
    }
}
