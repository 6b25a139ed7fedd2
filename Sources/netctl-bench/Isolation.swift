import CLinuxShims
import LinuxSystem
import SystemPackage

/// Namespaces of its own, so that nothing of this machine's netctl is seen or touched.
enum Isolation {
    /// Leaves the network and the mount namespace, for ones with a bpf file system of their own.
    static func enter() throws {
        let flags = Int32(NETCTL_CLONE_NEWNS.rawValue | NETCTL_CLONE_NEWNET.rawValue)
        let answer = netctl_unshare(flags)
        guard answer == 0 else { throw BenchError("needs root: \(Errno(rawValue: -answer))") }
        try mount(source: "none", target: "/", type: "", flags: [.recursive, .private])
        try mount(source: "bpf", target: "/sys/fs/bpf", type: "bpf")
    }
}
