internal import CLibbpf
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// Where in the receive path an XDP program runs, `XDP_FLAGS_*`.
public enum XDPMode: String, CaseIterable, Sendable {
    /// The kernel's choice: in the driver where it can, else generic.
    case unspecified
    /// `XDP_FLAGS_DRV_MODE`: in the driver, before the socket buffer exists.
    case native
    /// `XDP_FLAGS_SKB_MODE`: on the socket buffer, with any driver, slower.
    case generic
    /// `XDP_FLAGS_HW_MODE`: in the network card.
    case offload

    var flags: UInt32 {
        switch self {
        case .unspecified: 0
        case .generic: 1 << 1
        case .native: 1 << 2
        case .offload: 1 << 3
        }
    }
}

extension Link {
    /// Attaches an XDP program to an interface of the calling thread's network namespace.
    ///
    /// The corresponding system call is `bpf(BPF_LINK_CREATE)`, for XDP since Linux 5.9.
    ///
    /// - Parameters:
    ///   - program: A program of type ``ProgramType/xdp``.
    ///   - interfaceIndex: The interface.
    ///   - mode: Where in the receive path.
    /// - Returns: The link; dropping it detaches the program.
    /// - Throws: ``BPFError`` with `.system`: `EBUSY` or `EEXIST` if another program is there,
    ///   `EOPNOTSUPP` if the driver cannot, `EINVAL` if there is no such interface.
    public static func attachXDP(
        program: borrowing Program, interfaceIndex: Int32, mode: XDPMode = .unspecified
    ) throws(BPFError) -> Link {
        var options = bpf_link_create_opts()
        options.sz = MemoryLayout<bpf_link_create_opts>.size
        options.flags = mode.flags
        let result = bpf_link_create(
            program.descriptor.rawValue, interfaceIndex, BPF_XDP, &options)
        let subject = "\(program.subject) to interface \(interfaceIndex)"
        guard result >= 0 else {
            let errno = Errno(rawValue: -result)
            let (reason, hint) = explain(errno, interfaceIndex, mode)
            throw .system("attach", subject, errno, reason: reason, hint: hint)
        }
        return Link(descriptor: .init(owning: result), subject: subject)
    }

    private static func explain(
        _ errno: Errno, _ interfaceIndex: Int32, _ mode: XDPMode
    ) -> (reason: String?, hint: String?) {
        switch errno {
        case .resourceBusy:
            return ("another XDP program is attached there", nil)
        case .fileExists:
            return ("another XDP program is attached there in another mode", nil)
        case .notSupported, .notSupportedOnSocket:
            return (
                "the driver cannot run XDP in \(mode) mode",
                mode == .generic ? nil : "use generic mode"
            )
        case .invalidArgument where !exists(interfaceIndex):
            return ("there is no such interface in this network namespace", nil)
        default:
            return (nil, nil)
        }
    }

    /// Whether the calling thread's network namespace has the interface.
    private static func exists(_ interfaceIndex: Int32) -> Bool {
        var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        return if_indextoname(UInt32(bitPattern: interfaceIndex), &name) != nil
    }
}
