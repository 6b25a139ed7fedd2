internal import CBPFShims
internal import Glibc
public import SystemPackage

/// A dispatcher of libxdp: the XDP program by which several programs share an interface.
///
/// Its functions are replaced by the programs (`freplace`, Linux 5.10), which run one after the other.
/// libxdp keeps track of them by pins below `xdp` in bpffs, and makes a new dispatcher for every
/// change; this only reads what the kernel holds.
public struct Dispatcher: Hashable, Sendable {
    /// The id of the dispatcher's own program.
    public let programID: UInt32
    /// The ids of the programs, in the order in which they run.
    public let members: [UInt32]
    /// The hook that the dispatcher was loaded for, and with it its programs: what they call by a tail
    /// call has to be loaded for the same (Linux 6.18 and later stable releases of older ones).
    public let attachType: AttachType

    /// What libxdp calls a dispatcher.
    private static let name = "xdp_dispatcher"

    /// Looks at an XDP program; nil if it is no dispatcher.
    ///
    /// - Parameter id: The program's id.
    /// - Throws: ``BPFError`` with `.system`.
    public init?(program id: UInt32) throws(BPFError) {
        guard Program.name(id: id) == Self.name else { return nil }
        var found: [(function: UInt32, program: UInt32)] = []
        var type = AttachType(rawValue: 0)
        for number in try Link.ids() {
            // One may be gone between the calls.
            guard let link = try? Link(id: number), let info = try? link.info,
                case .tracing(let attachType, id, let function)? = try? link.place
            else { continue }
            found.append((function, info.programID))
            type = attachType
        }
        programID = id
        members = found.sorted { $0.function < $1.function }.map(\.program)
        attachType = type
    }

    /// Takes a program out of the dispatcher of an interface of the calling thread's network namespace;
    /// the others stay as they are. With the last one goes the dispatcher.
    ///
    /// - Parameters:
    ///   - id: The program's id. That it is not there is no error.
    ///   - interfaceIndex: The interface.
    ///   - fileSystem: The bpffs in which libxdp keeps its pins.
    /// - Throws: ``BPFError`` with `.system`.
    public static func remove(
        program id: UInt32, interfaceIndex: Int32, fileSystem: FilePath
    ) throws(BPFError) {
        let subject = "program \(id) from dispatcher of interface \(interfaceIndex)"
        LibXDP.prepare(fileSystem)
        let (result, warnings) = LibbpfWarnings.during {
            bpf_shim_leave_dispatcher(id, interfaceIndex)
        }
        guard result == 0 else { throw LibXDP.error("remove", subject, -result, warnings) }
    }
}

extension OpenObject {
    /// Loads the object, and has one of its XDP programs join those that share an interface of the
    /// calling thread's network namespace; where there are none, it is the first one.
    ///
    /// What it returns goes on to the next program if it is `XDP_PASS`, and is final otherwise.
    ///
    /// - Parameters:
    ///   - program: The program's name in C.
    ///   - interfaceIndex: The interface.
    ///   - mode: Where in the receive path; that of a dispatcher that is there.
    ///   - priority: Programs of smaller numbers run first.
    ///   - isMultiBuffer: Whether it takes frames of several buffers.
    ///   - fileSystem: The bpffs in which libxdp keeps its pins.
    /// - Returns: The object, in the kernel. The program stays when it is dropped:
    ///   ``Dispatcher/remove(program:interfaceIndex:fileSystem:)`` removes it.
    /// - Throws: ``BPFError`` with `.system`: `EBUSY` if a program is there without a dispatcher, `ENOENT`
    ///   if libxdp's own objects are not installed, `EPERM` and `EINVAL` if the kernel cannot do it; with
    ///   `.unsupported` if libxdp's object is too old for the kernel.
    public consuming func joinDispatcher(
        program: String, interfaceIndex: Int32, mode: XDPMode, priority: UInt32,
        isMultiBuffer: Bool, fileSystem: FilePath
    ) throws(BPFError) -> LoadedObject {
        let subject = "\(program) to dispatcher of interface \(interfaceIndex)"
        LibXDP.prepare(fileSystem)
        let raw = handle.raw
        let (result, warnings) = LibbpfWarnings.during {
            bpf_shim_join_dispatcher(
                raw, program, interfaceIndex, mode.dispatcherMode, priority, isMultiBuffer)
        }
        guard result == 0 else { throw LibXDP.error("attach", subject, -result, warnings) }
        return LoadedObject(handle: handle, name: name)
    }
}

/// What holds for all calls of the library.
private enum LibXDP {
    /// Tells it where its pins are.
    static func prepare(_ fileSystem: FilePath) {
        if fileSystem != "/sys/fs/bpf" { setenv("LIBXDP_BPFFS", fileSystem.string, 1) }
    }

    static func error(
        _ attempt: String, _ subject: String, _ number: Int32, _ warnings: LibbpfWarnings
    ) -> BPFError {
        let errno = Errno(rawValue: number)
        switch errno {
        case .noSuchFileOrDirectory:
            return .system(
                attempt, subject, errno, reason: "libxdp does not find its dispatcher",
                hint: "install libxdp1, or have LIBXDP_OBJECT_PATH name the folder of "
                    + "xdp-dispatcher.o")
        case .resourceBusy:
            return .system(
                attempt, subject, errno, reason: "a program is there that shares with nobody")
        case .invalidArgument where warnings.text.contains("changes packet data"):
            // Since Linux 6.13 and its stable releases a function that makes a tail call takes only the place
            // of one that changes packets, too, as those of later dispatchers do (xdp-tools#509).
            return BPFError(
                .unsupported, attempt, subject,
                "the dispatcher of this libxdp is too old for the kernel", errno: errno,
                hint: "install a libxdp1 of June 2025 or newer")
        default:
            return .system(attempt, subject, errno, hint: warnings.first)
        }
    }
}

extension XDPMode {
    /// `enum xdp_attach_mode`.
    fileprivate var dispatcherMode: UInt32 {
        switch self {
        case .unspecified: 0
        case .native: 1
        case .generic: 2
        case .offload: 3
        }
    }
}
