internal import CLinuxShims
public import LinuxSystem
internal import SystemPackage

/// A minimal program on a cgroup's packets: for tests that need somebody's program.
public enum CgroupProgram {
    /// Loads a program that drops packets of one length and passes others.
    public static func load(droppingLength length: Int, name: String) throws -> OwnedDescriptor {
        let code = TrivialProgram.returning(0, forLength: Int32(length), other: 1)
        // BPF_PROG_TYPE_CGROUP_SKB
        return try loadProgram(type: 8, code, name: name)
    }

    /// Attaches a program to a cgroup the old way, without a link: it stays until the cgroup goes.
    ///
    /// - Parameters:
    ///   - program: One that ``load(droppingLength:name:)`` has loaded.
    ///   - cgroup: Where.
    ///   - isEgress: Which hook.
    ///   - isExclusive: Whether it tolerates no other beside or below.
    /// - Throws: `SystemError`.
    public static func attach(
        _ program: borrowing OwnedDescriptor, to cgroup: TestCgroup, isEgress: Bool,
        isExclusive: Bool
    ) throws {
        let handle = try cgroup.open()
        // union bpf_attr for BPF_PROG_ATTACH: target, program, attach type, flags.
        let attributes: [UInt32] = [
            UInt32(handle.descriptor.rawValue), UInt32(program.rawValue), isEgress ? 1 : 0,
            isExclusive ? 0 : 2,  // BPF_F_ALLOW_MULTI
        ]
        let answer = attributes.withUnsafeBytes { netctl_bpf(8, Array($0), 16) }
        guard answer >= 0 else {
            throw SystemError(
                attempt: "attach program", subject: cgroup.path, errno: Errno(rawValue: -answer))
        }
    }
}
