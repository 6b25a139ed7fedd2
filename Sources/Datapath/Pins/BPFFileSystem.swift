internal import LinuxSystem
internal import SystemPackage

/// Finds the bpf file system, where pins live, and mounts it if need be.
///
/// Inside `ip netns exec` /sys is mounted anew and bpffs vanishes, and a mount made there dies with
/// the process. The host's is then reached through an ancestor that is still outside.
struct BPFFileSystem {
    /// Where bpffs belongs.
    static let mountPoint = "/sys/fs/bpf"
    /// The source of mounts that netctl made, and may therefore unmount.
    private static let mountSource = "netctl"

    /// A path to bpffs that works in this process.
    let path: FilePath
    /// The ancestor in whose mount namespace it is; nil for the caller's own.
    private let ancestor: Int32?

    /// The bpf file system, if it is mounted. Where it may not be looked for, "none" would be a lie.
    static func mounted() throws -> BPFFileSystem? {
        for candidate in candidates {
            do throws(Errno) {
                if try FileSystem(at: candidate.path.string) == .bpf { return candidate }
            } catch {
                guard error == .permissionDenied || error == .notPermitted else { continue }
                throw DatapathError(
                    "look for bpf file system", candidate.path.string, error.sentence,
                    errno: error, hint: "run as root", code: .unsupported)
            }
        }
        return nil
    }

    /// The bpf file system, mounted now if it was not.
    static func mountedOrMount() throws -> BPFFileSystem {
        if let mounted = try mounted() { return mounted }
        guard let place = candidates.last else { preconditionFailure("there is always one") }
        do {
            try place.inItsNamespace {
                try LinuxSystem.mount(
                    source: mountSource, target: mountPoint, type: "bpf",
                    flags: [.noSetUserID, .noDevices, .noExecution], data: "mode=0700")
            }
        } catch let error as Errno {
            throw DatapathError(
                "mount bpf file system", mountPoint, error.sentence, errno: error,
                hint: error == .notPermitted ? "run as root" : nil,
                code: error == .notPermitted ? .unsupported : .failed)
        }
        return place
    }

    /// Unmounts what netctl mounted, once nobody has anything there.
    func unmountIfOursAndEmpty() throws {
        // Names with a dot are the kernel's own (maps.debug): nobody can pin one.
        guard try Directory.entries(at: path.string).allSatisfy({ $0.contains(".") }) else {
            return
        }
        let table = try ancestor.map { try MountTable(pid: $0) } ?? MountTable.current()
        guard let mount = table.mount(at: Self.mountPoint), mount.type == "bpf",
            mount.source == Self.mountSource
        else { return }
        try? inItsNamespace { try LinuxSystem.unmount(Self.mountPoint) }
    }

    /// The caller's own first, then the one outside of `ip netns exec`.
    private static var candidates: [BPFFileSystem] {
        var all = [BPFFileSystem(path: FilePath(mountPoint), ancestor: nil)]
        if let pid = MountNamespace.nearestAncestorInAnotherMountNamespace() {
            all.append(
                BPFFileSystem(path: FilePath("/proc/\(pid)/root\(mountPoint)"), ancestor: pid))
        }
        return all
    }

    private func inItsNamespace(_ body: @Sendable () throws -> Void) throws {
        if let ancestor {
            try MountNamespace.perform(inMountNamespaceOf: ancestor, body)
        } else {
            try body()
        }
    }
}
