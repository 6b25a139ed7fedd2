import CLinuxShims
import Foundation
import LinuxSystem
import SystemPackage

/// Namespaces of its own, so that nothing of this machine's netctl is seen or touched.
enum Isolation {
    /// Leaves the network and the mount namespace, for ones with a bpf file system and a folder of
    /// network namespaces of their own.
    static func enter() throws {
        let flags = Int32(NETCTL_CLONE_NEWNS.rawValue | NETCTL_CLONE_NEWNET.rawValue)
        let answer = netctl_unshare(flags)
        guard answer == 0 else { throw BenchError("needs root: \(Errno(rawValue: -answer))") }
        try mount(source: "none", target: "/", type: "", flags: [.recursive, .private])
        try mount(source: "bpf", target: "/sys/fs/bpf", type: "bpf")
        try FileManager.default.createDirectory(
            atPath: "/run/netns", withIntermediateDirectories: true)
        try mount(source: "tmpfs", target: "/run/netns", type: "tmpfs")
    }

    /// A folder for the time of some work, on the file system of temporary files.
    static func withFolder<Result>(_ work: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "netctl-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try work(folder)
    }
}
