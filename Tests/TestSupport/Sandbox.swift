internal import CLinuxShims
internal import LinuxSystem
internal import SystemPackage

/// Runs a test's body where netctl sees nothing of the machine's attachments, and nobody sees the
/// body's: a thread with a network namespace, a mount namespace, a bpffs and a `/run/netns` of its
/// own. Commands that the body starts are in it, too.
///
/// Nothing needs to be cleaned: with the thread go the mounts, with them the pins, with those the
/// programs, even if the process is killed.
///
/// - Parameter body: Runs on the thread; calls of netctl's own modules and ``run(_:environment:limit:)``
///   work as in a process of its own. `ip netns exec` needs a shell around it, as it always has:
///   what starts it must be in the sandbox.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, or why there is no sandbox.
public func withSandbox<Result: Sendable>(
    _ body: @Sendable @escaping () async throws -> Result
) async throws -> Result {
    try await withNetworkNamespace {
        try isolateMounts()
        return try await body()
    }
}

/// Gives the calling thread a private mount namespace with empty places for pins and names.
private func isolateMounts() throws {
    let flags = Int32(NETCTL_CLONE_NEWNS.rawValue | NETCTL_CLONE_FS.rawValue)
    let status = netctl_unshare(flags)
    guard status == 0 else {
        throw SystemError(
            attempt: "make mount namespace", subject: "calling thread",
            errno: Errno(rawValue: -status))
    }
    try mount(source: "none", target: "/", type: "none", flags: [.recursive, .private])
    try mount(source: "bpf", target: "/sys/fs/bpf", type: "bpf", data: "mode=0700")
    try? Directory.make(NetworkNamespace.directory)
    try mount(source: "netns", target: NetworkNamespace.directory, type: "tmpfs")
}
