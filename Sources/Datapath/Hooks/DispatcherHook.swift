internal import BPF
internal import LinuxSystem
internal import Netlink
internal import Policy
internal import SystemPackage

/// An XDP hook where a dispatcher of libxdp, and no link of ours, keeps our stub beside programs of
/// others.
///
/// The stub is known by its program array, which is pinned before it comes: whoever makes a new
/// dispatcher takes it along.
struct DispatcherHook {
    private let namespace: UInt64
    private let index: Int32
    /// Where libxdp keeps its pins.
    private let fileSystem: FilePath

    /// The hook of an XDP attachment; nil for any other.
    ///
    /// - Parameters:
    ///   - point: The attachment.
    ///   - root: The folder of all pins.
    init?(_ point: AttachPoint, root: FilePath) {
        guard case .interface(let namespace, let index) = point.place, point.hook == .xdp
        else { return nil }
        self.namespace = namespace
        self.index = index
        fileSystem = root.removingLastComponent()
    }

    /// The stub as it runs in a dispatcher, and the mode.
    struct Joined: ~Copyable {
        let stub: Program
        let mode: AttachMode
        /// Why it is not the mode that would have been better; nil when none would.
        var reason: String?
    }

    /// Has the stub join. The calling thread is in the interface's network namespace.
    ///
    /// - Parameters:
    ///   - target: The hook, and how it is shared.
    ///   - share: When it runs among the others.
    ///   - object: What the stub is of.
    ///   - maps: What it shares with its bodies.
    /// - Returns: The stub as it runs there.
    /// - Throws: ``DatapathError`` where the kernel, or a program that shares with nobody, is in the way.
    func attach(
        _ target: AttachTarget, _ share: XDPShare, _ object: HookObject, _ maps: HookMaps
    ) throws -> Joined {
        let place = try XDPPlace(index)
        try place.requireDispatcher(orNothingOn: target)
        guard try FeatureProbe.supports(programType: .ext) else {
            throw DatapathError(
                "attach xdp", target.name,
                "this kernel lets no program take the place of another's function (freplace), by which "
                    + "libxdp's dispatcher shares the hook", errno: .notPermitted,
                hint: "attach without --share", code: .unsupported)
        }
        let modes: [XDPMode]
        if let mode = place.mode {
            guard target.mode == nil || target.mode == .xdp(mode) else {
                throw DatapathError(
                    "attach xdp", target.name,
                    "the dispatcher there runs in \(mode.rawValue) mode, not \(target.modeName)",
                    hint: "use --mode auto")
            }
            modes = [mode]
        } else if case .xdp(let mode)? = target.mode {
            modes = [mode]
        } else {
            modes = [.native, .generic]
        }
        do {
            return try joinInFirst(of: modes, share, object, maps)
        } catch let error as BPFError {
            throw Self.refusal(of: target, error)
        }
    }

    private func joinInFirst(
        of modes: [XDPMode], _ share: XDPShare, _ object: HookObject, _ maps: HookMaps
    ) throws -> Joined {
        var reason: String?
        for mode in modes.dropLast() {
            do {
                return try join(share, object, maps, mode)
            } catch let error as BPFError {
                guard error.code == .system, let errno = error.errno, errno.isDriverLimit
                else { throw error }
                reason = "\(errno.sentence) (\(errno.symbol))"
            }
        }
        var joined = try join(share, object, maps, modes[modes.count - 1])
        joined.reason = reason
        return joined
    }

    /// What a refused join is to whoever asked for it. That the kernel or libxdp lacks something is told
    /// with a way out.
    private static func refusal(of target: AttachTarget, _ error: BPFError) -> any Error {
        let (reason, hint): (String, String?)
        switch error.errno {
        case _ where error.code == .unsupported, .noSuchFileOrDirectory:
            (reason, hint) = (error.reason, error.hint)
        case .invalidArgument where error.code == .system:
            reason = "this kernel does not let a program in a dispatcher call others by tail calls"
            hint = nil
        default: return error
        }
        return DatapathError(
            "attach xdp", target.name, reason, errno: error.errno,
            hint: (hint.map { "\($0), or " } ?? "") + "attach without --share", code: .unsupported)
    }

    private func join(
        _ share: XDPShare, _ object: HookObject, _ maps: HookMaps, _ mode: XDPMode
    ) throws -> Joined {
        let name = object.program(.stub)
        let stub = try object.open(.stub, maps: maps).joinDispatcher(
            program: name, interfaceIndex: index, mode: mode.kernel,
            priority: UInt32(share.priority), isMultiBuffer: object.multiBuffer,
            fileSystem: fileSystem
        ).program(name)
        return Joined(stub: stub, mode: .xdp(mode))
    }

    /// Takes the stub out of the dispatcher. What is gone already is no error.
    ///
    /// - Parameter bodies: The id of the program array by which the stub is known.
    /// - Throws: `BPFError`; `NetlinkError`.
    func detach(stubOf bodies: UInt32) throws {
        guard let handle = try NetworkNamespace(inode: namespace).open() else { return }
        try handle.perform {
            for dispatcher in (try? XDPPlace(index).dispatchers) ?? [] {
                for member in dispatcher.members
                where try Program(id: member).info.mapIDs.contains(bodies) {
                    try Dispatcher.remove(
                        program: member, interfaceIndex: index, fileSystem: fileSystem)
                }
            }
        }
    }
}

/// What is on an interface's XDP hook, in the calling thread's network namespace.
struct XDPPlace {
    /// The programs, in each mode that has one.
    private let programs: [XDPMode: UInt32]
    /// Those of them that are dispatchers of libxdp.
    let dispatchers: [Dispatcher]

    /// Looks.
    ///
    /// - Throws: `NetlinkError` when there is no such interface; `BPFError`.
    init(_ index: Int32) throws {
        var socket = try NetlinkSocket()
        self.init(try socket.link(index: UInt32(index)).xdp)
    }

    init(_ state: XDPState?) {
        var programs: [XDPMode: UInt32] = [:]
        for (mode, program) in state?.programs ?? [:] {
            switch mode {
            case .native: programs[.native] = program
            case .generic: programs[.generic] = program
            case .offload: programs[.offload] = program
            }
        }
        self.programs = programs
        dispatchers = programs.values.compactMap { try? Dispatcher(program: $0) }
    }

    /// The mode of what is there, if it is one.
    var mode: XDPMode? { programs.count == 1 ? programs.first?.key : nil }

    /// A program of somebody else is never replaced.
    ///
    /// - Throws: ``DatapathError`` when there is any.
    func requireNothing(on target: AttachTarget) throws(DatapathError) {
        guard let program = programs.values.first else { return }
        let busy: (String, hint: String) =
            if let dispatcher = dispatchers.first {
                (
                    dispatcher.members.isEmpty
                        ? "a dispatcher of libxdp is there"
                        : "a dispatcher of libxdp with "
                            + dispatcher.members.map { "'\(Program.name(id: $0) ?? "\($0)")'" }
                            .joined(separator: ", ") + " is there",
                    hint: "--share joins it"
                )
            } else {
                (
                    "program \(program)\(Program.name(id: program).map { " '\($0)'" } ?? "") of "
                        + "somebody else is there",
                    hint: "netctl does not replace it; remove it with the tool that attached it"
                )
            }
        throw DatapathError(
            "attach xdp", target.name, busy.0, errno: .resourceBusy, hint: busy.hint)
    }

    fileprivate func requireDispatcher(orNothingOn target: AttachTarget) throws(DatapathError) {
        if dispatchers.count < programs.count { try requireNothing(on: target) }
    }
}

extension XDPMode {
    /// What the library calls it.
    var kernel: BPF.XDPMode {
        switch self {
        case .native: .native
        case .generic: .generic
        case .offload: .offload
        }
    }
}
