internal import CLibbpf
public import LinuxSystem
internal import SystemPackage

extension Link {
    /// Attaches a program to a cgroup, beside those that are there; it sees the cgroups below, too.
    ///
    /// Links always allow further programs (`BPF_F_ALLOW_MULTI`), so where a program is attached
    /// without a link and without that flag, the hook is taken. All programs run, whatever one
    /// answers; the packet or device is allowed if all allow it.
    ///
    /// The corresponding system call is `bpf(BPF_LINK_CREATE)`, for cgroups since Linux 5.7.
    ///
    /// - Parameters:
    ///   - program: A program of the type that the hook needs: ``ProgramType/cgroupSKB``,
    ///     ``ProgramType/cgroupDevice``, ``ProgramType/cgroupSock`` or
    ///     ``ProgramType/cgroupSockAddr``.
    ///   - cgroup: The directory of a cgroup of version 2, open.
    ///   - type: One of the cgroups' hooks, ``AttachType/cgroupInetIngress`` for example.
    /// - Returns: The link; dropping it detaches the program. It keeps no removed cgroup: see
    ///   ``LinkInfo/cgroupID``.
    /// - Throws: ``BPFError`` with `.system`: `EBADF` if `cgroup` is no cgroup of version 2,
    ///   `EPERM` if a program here or above forbids others, `E2BIG` if 64 are attached, `ENOENT`
    ///   if the cgroup was removed, `EINVAL` for a program of another type.
    public static func attachCgroup(
        program: borrowing Program, cgroup: borrowing OwnedDescriptor, type: AttachType
    ) throws(BPFError) -> Link {
        let result = bpf_link_create(
            program.descriptor.rawValue, cgroup.rawValue,
            bpf_attach_type(rawValue: type.rawValue), nil)
        let subject = "\(program.subject) to \(type)"
        guard result >= 0 else {
            let errno = Errno(rawValue: -result)
            throw .system(
                "attach", subject, errno, reason: explain(errno, program, cgroup, type))
        }
        return Link(descriptor: .init(owning: result), subject: subject)
    }

    private static func explain(
        _ errno: Errno, _ program: borrowing Program, _ cgroup: borrowing OwnedDescriptor,
        _ type: AttachType
    ) -> String? {
        switch errno {
        case .badFileDescriptor:
            return "the descriptor is of no cgroup of version 2"
        case .noSuchFileOrDirectory:
            return "the cgroup was removed"
        case Errno(rawValue: 7):  // E2BIG
            return "64 programs are attached there, and no more can be"
        case .notPermitted:
            return owner(of: cgroup, type)
        case .invalidArgument:
            return mismatch(of: program, with: type.cgroupProgramType)
        default:
            return nil
        }
    }

    /// Says who keeps others off a hook; `nil` if nobody does, or the caller may not know.
    private static func owner(
        of cgroup: borrowing OwnedDescriptor, _ type: AttachType
    ) -> String? {
        do throws(BPFError) {
            let own = try AttachedPrograms(cgroup: cgroup, type: type)
            if !own.entries.isEmpty {
                return own.flags.contains(.allowMulti)
                    ? nil : "the program attached there allows no other beside it"
            }
            let all = try AttachedPrograms(cgroup: cgroup, type: type, effective: true)
            return all.entries.isEmpty
                ? nil : "the program attached to a cgroup above allows none below"
        } catch {
            return nil
        }
    }
}

extension AttachType {
    /// The type of program that a cgroup's hook takes.
    fileprivate var cgroupProgramType: ProgramType {
        switch self {
        case .cgroupDevice: .cgroupDevice
        case .cgroupSocketCreate, .cgroupSocketRelease, .cgroupInet4PostBind, .cgroupInet6PostBind:
            .cgroupSock
        case .cgroupInet4Connect, .cgroupInet6Connect, .cgroupUDP4SendMessage,
            .cgroupUDP6SendMessage:
            .cgroupSockAddr
        default: .cgroupSKB
        }
    }
}
