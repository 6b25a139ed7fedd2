internal import BPF
internal import LinuxSystem
internal import Policy
internal import SystemPackage

/// Puts a program on a hook of a cgroup, beside those of others; cgroups below inherit it.
struct CgroupAttacher {
    private let target: AttachTarget
    private let id: UInt64

    /// - Parameters:
    ///   - target: A hook of a cgroup.
    ///   - id: The cgroup's id.
    init(_ target: AttachTarget, id: UInt64) {
        self.target = target
        self.id = id
    }

    /// Attaches by a link.
    ///
    /// - Throws: `BPFError`, also where somebody attached a program that tolerates no other;
    ///   ``DatapathError`` when the cgroup was replaced meanwhile.
    func attach(_ program: borrowing Program) throws -> AttachedLink {
        let cgroup = try CgroupMount.current().open(target.location.name)
        guard cgroup.cgroup.id == id else {
            throw DatapathError(
                "attach \(target.point.hook)", target.name, "the cgroup was made anew meanwhile",
                hint: "try again")
        }
        do throws(BPFError) {
            let link = try Link.attachCgroup(
                program: program, cgroup: cgroup.descriptor, type: target.point.hook.attachType)
            return AttachedLink(link: link, mode: nil)
        } catch {
            throw refusal(error)
        }
    }

    /// With the privileges that loading the program took, EPERM is about somebody else's program.
    private func refusal(_ error: BPFError) -> DatapathError {
        guard error.errno == .notPermitted else { return DatapathError(error) }
        return DatapathError(
            "attach \(target.point.hook)", target.name,
            error.reason, errno: .notPermitted,
            hint: "'bpftool cgroup tree' names it; remove it with the tool that attached it")
    }
}
