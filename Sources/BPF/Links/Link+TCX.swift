internal import CBPFShims
internal import LinuxSystem
internal import SystemPackage

/// Which way the packets of a TCX hook go.
public enum TCXDirection: String, CaseIterable, Sendable {
    /// `BPF_TCX_INGRESS`: received, before the network stack.
    case ingress
    /// `BPF_TCX_EGRESS`: about to be sent, after the network stack and before the queues.
    case egress

    /// The hook's number.
    public var attachType: AttachType {
        switch self {
        case .ingress: .tcxIngress
        case .egress: .tcxEgress
        }
    }
}

/// Where among the programs of a TCX hook a new one goes; they run in order until one returns
/// another verdict than `TCX_NEXT`.
public enum TCXPosition: Hashable, Sendable {
    /// Before all that are there now.
    case first
    /// After all that are there now: what the kernel does unless told otherwise.
    case last
    /// Directly before a program on the hook.
    case before(programID: UInt32)
    /// Directly after a program on the hook.
    case after(programID: UInt32)
    /// Directly before the program of a link on the hook.
    case beforeLink(id: UInt32)
    /// Directly after the program of a link on the hook.
    case afterLink(id: UInt32)

    var anchor: (flags: bpf_shim_anchor_flag, link: Bool, id: UInt32?) {
        switch self {
        case .first: (BPF_SHIM_F_BEFORE, false, nil)
        case .last: (BPF_SHIM_F_AFTER, false, nil)
        case .before(let id): (BPF_SHIM_F_BEFORE, false, id)
        case .after(let id): (BPF_SHIM_F_AFTER, false, id)
        case .beforeLink(let id): (BPF_SHIM_F_BEFORE, true, id)
        case .afterLink(let id): (BPF_SHIM_F_AFTER, true, id)
        }
    }

    var flags: UInt32 {
        var flags = anchor.flags.rawValue
        if anchor.id != nil { flags |= BPF_SHIM_F_ID.rawValue }
        if anchor.link { flags |= BPF_SHIM_F_LINK.rawValue }
        return flags
    }
}

extension Link {
    /// Attaches a program to an interface of the calling thread's network namespace, beside those
    /// that are there.
    ///
    /// TCX programs run before those of a clsact qdisc. The link survives a rename of the interface
    /// and its move to another namespace.
    ///
    /// The corresponding system call is `bpf(BPF_LINK_CREATE)`, for TCX since Linux 6.6;
    /// ``FeatureProbe/supportsTCX()`` tells.
    ///
    /// - Parameters:
    ///   - program: A program of type ``ProgramType/schedCls`` that is not on this hook yet.
    ///   - interfaceIndex: The interface.
    ///   - direction: Which of its two hooks.
    ///   - position: Where among the programs there.
    ///   - revision: The ``AttachedPrograms/revision`` that the caller knows, to fail if the hook
    ///     has changed since; `nil` for any.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.system`: `ENODEV` if there is no such interface, `EEXIST` if
    ///   this very program is on the hook, `ENOENT` if what `position` names is not, `ESTALE` if
    ///   the hook has another revision, `ERANGE` if it holds 63 programs, `EINVAL` for a program of
    ///   another type or before Linux 6.6.
    public static func attachTCX(
        program: borrowing Program, interfaceIndex: Int32, direction: TCXDirection,
        position: TCXPosition = .last, expecting revision: UInt64? = nil
    ) throws(BPFError) -> Link {
        let result = bpf_shim_create_tcx_link(
            program.descriptor.rawValue, UInt32(bitPattern: interfaceIndex),
            direction.attachType.rawValue, position.flags, position.anchor.id ?? 0, revision ?? 0)
        let subject = "\(program.subject) to \(direction) of interface \(interfaceIndex)"
        guard result >= 0 else {
            let errno = Errno(rawValue: -result)
            let (reason, hint) = explain(errno, program)
            throw .system("attach", subject, errno, reason: reason, hint: hint)
        }
        return Link(descriptor: .init(owning: result), subject: subject)
    }

    private static func explain(
        _ errno: Errno, _ program: borrowing Program
    ) -> (reason: String?, hint: String?) {
        switch errno {
        case .operationNotSupportedByDevice:
            return ("there is no such interface in this network namespace", nil)
        case .fileExists:
            return ("this program is attached there already", "load it a second time")
        case .noSuchFileOrDirectory:
            return ("the program or link to be placed beside is not there", nil)
        case .staleNFSFileHandle:
            return ("the programs there have changed meanwhile", "read them again")
        case Errno(rawValue: 34):  // ERANGE
            return ("63 programs are attached there, and no more can be", nil)
        case .invalidArgument:
            if let reason = mismatch(of: program, with: .schedCls) { return (reason, nil) }
            guard (try? FeatureProbe.supportsTCX()) == false else { return (nil, nil) }
            return ("this kernel has no TCX, which came with Linux 6.6", "use a clsact qdisc")
        default:
            return (nil, nil)
        }
    }

    /// Says that a program is not of the type that a hook needs; `nil` if it is.
    static func mismatch(of program: borrowing Program, with type: ProgramType) -> String? {
        guard let found = try? program.info.type, found != type else { return nil }
        return "the program is of type \(found), the hook takes \(type)"
    }
}
