internal import BPF
internal import LinuxSystem
internal import Policy

/// The programs that judge for a cgroup: its own and those of the cgroups above it.
enum CgroupChain {
    /// All that judge, in the kernel's order; empty when they cannot be asked for.
    static func effective(in cgroup: String, on hook: Hook) -> [UInt32] {
        programs(of: cgroup, on: hook, effective: true)
    }

    /// Those attached to a cgroup itself.
    static func attached(to cgroup: String, on hook: Hook) -> [UInt32] {
        programs(of: cgroup, on: hook, effective: false)
    }

    /// The cgroups that attachments are on and those above them, hook by hook, each once.
    static func above(_ attachments: [Attachment]) -> [(cgroup: String, hook: Hook)] {
        var found: Set<String> = []
        var result: [(String, Hook)] = []
        for attachment in attachments where attachment.state != .gone {
            guard let path = attachment.location.cgroup else { continue }
            for cgroup in lineage(path) {
                guard found.insert("\(attachment.point.hook) \(cgroup)").inserted else { continue }
                result.append((cgroup, attachment.point.hook))
            }
        }
        return result
    }

    /// `/`, `/a`, `/a/b`.
    static func lineage(_ path: String) -> [String] {
        var result = ["/"]
        var above = ""
        for component in path.split(separator: "/") {
            above += "/\(component)"
            result.append(above)
        }
        return result
    }

    private static func programs(of cgroup: String, on hook: Hook, effective: Bool) -> [UInt32] {
        guard let handle = try? CgroupMount.current().open(cgroup),
            let found = try? AttachedPrograms(
                cgroup: handle.descriptor, type: hook.attachType, effective: effective)
        else { return [] }
        return found.programIDs
    }
}
