internal import BPF
internal import LinuxSystem
internal import Policy

/// Where a user's program is attached: what tells one such attachment from another.
struct ProgramPoint: Hashable {
    /// The kinds of places.
    enum Place: Hashable {
        /// A hook of an interface.
        case interface(AttachPoint)
        /// A hook of a cgroup, by the kernel's number, for it has more than netctl has words.
        case cgroup(id: UInt64, type: UInt32)
        /// A socket of a process, which has room for one filter.
        case socket(ProcessSocket)
        /// What the program's section names.
        case kernel
    }

    let place: Place
    /// The program's name; on XDP, where there can be but one program, it tells nothing apart.
    let program: String

    /// The folder that holds this attachment's pins. bpffs allows no dots.
    var pinName: String {
        switch place {
        case .interface(let point) where point.hook == .xdp: "program-\(point.pinName)"
        case .interface(let point): "program-\(point.pinName)-\(program)"
        case .cgroup(let id, let type): "program-cgroup-\(type)-\(id)-\(program)"
        case .socket(let socket): "program-socket-\(socket.pid)-\(socket.inode)"
        case .kernel: "program-kernel-\(program)"
        }
    }

    /// Whether a folder is of a user's program.
    static func isPinName(_ name: String) -> Bool { name.hasPrefix("program-") }
}
