internal import CLibbpf
public import LinuxSystem
public import SystemPackage

/// A program in the kernel.
///
/// It stays there as long as this value, a pin, a link or a program array refers to it.
public struct Program: ~Copyable, Sendable {
    /// The descriptor of the program.
    public let descriptor: OwnedDescriptor
    /// What errors call it.
    let subject: String

    init(descriptor: consuming OwnedDescriptor, subject: String) {
        self.descriptor = descriptor
        self.subject = subject
    }

    /// Opens a pinned program.
    ///
    /// - Parameters:
    ///   - path: A name in a bpf file system.
    ///   - name: What errors call it; `nil` for the path.
    /// - Throws: ``BPFError`` with `.notFound`, with `.wrongType` if it is the pin of a map or
    ///   link, or with `.system`.
    public init(pinned path: FilePath, name: String? = nil) throws(BPFError) {
        descriptor = try Pin.open(path, as: .program, "open program")
        subject = name ?? path.string
    }

    /// Opens a program by its id. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Parameter id: The kernel's number.
    /// - Throws: ``BPFError`` with `.notFound` if the program is gone, or with `.system`.
    public init(id: UInt32) throws(BPFError) {
        subject = "program \(id)"
        descriptor = try openID("open", subject, bpf_prog_get_fd_by_id(id))
    }

    /// What the kernel knows about the program.
    ///
    /// The corresponding system call is `bpf(BPF_OBJ_GET_INFO_BY_FD)`.
    public var info: ProgramInfo {
        get throws(BPFError) { try ProgramInfo(descriptor, subject: subject) }
    }

    /// Gives the program a name in a bpf file system, which keeps it in the kernel.
    ///
    /// - Parameter path: A free name in an existing directory.
    /// - Throws: ``BPFError`` with `.system`.
    public borrowing func pin(at path: FilePath) throws(BPFError) {
        try Pin.create(descriptor, at: path, "pin program at")
    }

    /// The ids of all programs of the kernel, ascending. Needs `CAP_SYS_ADMIN`.
    ///
    /// - Returns: The ids; a program may be gone before it is opened.
    /// - Throws: ``BPFError`` with `.system`.
    public static func ids() throws(BPFError) -> [UInt32] {
        try kernelIDs(of: "programs") { bpf_prog_get_next_id($0, $1) }
    }

    /// The name of another's program, for reports.
    ///
    /// - Parameter id: The kernel's number.
    /// - Returns: The first 15 bytes of its name; `nil` if the program is gone or the caller lacks
    ///   `CAP_SYS_ADMIN`, without which the kernel tells no names.
    public static func name(id: UInt32) -> String? {
        do {
            return try Program(id: id).info.name
        } catch {
            return nil
        }
    }
}

/// What a call that opens an id has answered.
func openID(
    _ attempt: String, _ subject: String, _ result: Int32
) throws(BPFError) -> OwnedDescriptor {
    guard result >= 0 else {
        let errno = Errno(rawValue: -result)
        guard errno == .noSuchFileOrDirectory else {
            throw .system(
                attempt, subject, errno,
                reason: errno == .notPermitted ? "needs CAP_SYS_ADMIN" : nil)
        }
        throw BPFError(.notFound, attempt, subject, "it is gone", errno: errno)
    }
    return OwnedDescriptor(owning: result)
}
