internal import BPF
internal import LinuxSystem
internal import Netlink
internal import Policy
internal import SystemPackage

/// A link and the mode that it was made in; cgroup hooks have no modes.
struct AttachedLink: ~Copyable {
    let link: Link
    let mode: AttachMode?
    /// Why it is not the mode that would have been better; nil when none would.
    var reason: String?

    init(link: consuming Link, mode: AttachMode?, reason: String? = nil) {
        self.link = link
        self.mode = mode
        self.reason = reason
    }
}

/// Puts a program on an interface of the calling thread's network namespace.
struct XDPAttacher {
    private let target: AttachTarget
    private let index: Int32
    /// The mode that is insisted on.
    private let required: XDPMode?
    /// Whether the program may be on the interface for an instant to have the kernel explain itself.
    private let explains: Bool

    /// - Parameters:
    ///   - target: The XDP hook of an interface.
    ///   - index: The interface's index.
    ///   - explains: Whether the program passes everything, so that a refusal may be tried again in
    ///     the way that the kernel explains.
    init(_ target: AttachTarget, index: Int32, explains: Bool = true) {
        self.target = target
        self.explains = explains
        self.index = index
        if case .xdp(let mode) = target.mode { required = mode } else { required = nil }
    }

    /// Attaches in the mode asked for; `auto` takes native where the driver can, else generic. What fails
    /// for another reason than the driver's fails.
    func attach(_ program: borrowing Program) throws -> AttachedLink {
        try XDPPlace(index).requireNothing(on: target)
        if let mode = required { return try attach(program, mode) }
        do {
            return try attach(program, .native)
        } catch let error as BPFError {
            guard let errno = error.errno, errno.isDriverLimit else { throw error }
            let sentence = sentence(about: program, .native) ?? errno.sentence
            var attached = try attach(program, .generic)
            attached.reason = "\(sentence) (\(errno.symbol))"
            return attached
        }
    }

    private func attach(_ program: borrowing Program, _ mode: XDPMode) throws -> AttachedLink {
        do throws(BPFError) {
            let link = try Link.attachXDP(
                program: program, interfaceIndex: index, mode: mode.kernel)
            return AttachedLink(link: link, mode: .xdp(mode))
        } catch {
            guard required != nil, let errno = error.errno, errno != .notPermitted
            else { throw error }
            throw refusal(errno, mode, kernelSays: sentence(about: program, mode))
        }
    }

    /// The kernel's own sentence about a refusal: a link only answers with a number, netlink with
    /// words. The program passes everything, so that being taken for an instant would do no harm.
    private func sentence(about program: borrowing Program, _ mode: XDPMode) -> String? {
        guard explains else { return nil }
        let flag: XDPFlags =
            switch mode {
            case .native: .native
            case .generic: .generic
            case .offload: .offload
            }
        let index = UInt32(index)
        let descriptor = program.descriptor.rawValue
        guard var socket = try? NetlinkSocket() else { return nil }
        do throws(NetlinkError) {
            try socket.setXDP(
                interfaceIndex: index, descriptor: descriptor, flags: [flag, .onlyIfNone])
        } catch {
            return error.extack
        }
        try? socket.setXDP(
            interfaceIndex: index, descriptor: nil, flags: flag, expected: descriptor)
        return nil
    }

    private func refusal(
        _ errno: Errno, _ mode: XDPMode, kernelSays sentence: String?
    ) -> DatapathError {
        let isOffload = mode == .offload
        let why = sentence ?? (isOffload ? "the card takes no programs of netctl's" : nil)
        return DatapathError(
            "attach xdp", target.name,
            "cannot run XDP in \(mode.rawValue) mode here\(why.map { ": \($0)" } ?? "")",
            errno: errno,
            hint: mode == .generic ? nil : "use --mode xdpgeneric, or auto",
            code: errno == .notSupportedOnSocket || isOffload ? .unsupported : .failed)
    }
}

extension Errno {
    /// Whether drivers answer so when they cannot run a program natively, as they are or as the interface
    /// is set up: no XDP at all, or none with this MTU, these offloads, this number of queues.
    ///
    /// `EOPNOTSUPP` is of most drivers and of the core, `ENOTSUPP` leaks from some; `EINVAL` is of those
    /// that mind the MTU or the queues (ena, ixgbe, virtio_net), `ERANGE` and `ENOSPC` of veth about its
    /// peer's.
    var isDriverLimit: Bool {
        let kernelNotSupported = Errno(rawValue: 524)
        return [
            .notSupportedOnSocket, kernelNotSupported, .invalidArgument, .outOfRange, .noSpace,
        ].contains(self)
    }
}
