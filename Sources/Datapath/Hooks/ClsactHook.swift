internal import BPF
internal import LinuxSystem
internal import Netlink
internal import Policy
internal import SystemPackage

/// A TC hook where a filter of a clsact qdisc, and no link, keeps our stub.
///
/// The filter has a place of its own among the others of the hook, by which it is found again and
/// which nobody else's filter loses to it. A qdisc that was made for it is marked by a pin beside the
/// attachments, and removed with the last filter.
struct ClsactHook {
    /// Filters of a lower number run first; those of tc, unless told otherwise, have 49152 and less.
    static let priority: UInt16 = 100
    /// "netc".
    static let handle: UInt32 = 0x6e65_7463
    /// "netp": where a user's program is, beside the datapath.
    static let programHandle: UInt32 = 0x6e65_7470

    private let namespace: UInt64
    private let place: ClsactPosition
    /// Says that we made the qdisc on which our filter is.
    private let qdisc: FilePath
    /// Says that we made, or were about to make, a qdisc that has no filter of ours yet.
    private let newQdisc: FilePath

    /// The hook of a TC attachment; nil for any other.
    ///
    /// - Parameters:
    ///   - point: The attachment.
    ///   - root: The folder of all pins.
    ///   - handle: The filter's number.
    init?(_ point: AttachPoint, root: FilePath, handle: UInt32 = handle) {
        guard case .interface(let namespace, let index) = point.place, point.hook != .xdp,
            let place = try? ClsactPosition(
                interfaceIndex: UInt32(index), direction: point.hook.clsactDirection,
                priority: Self.priority, handle: handle)
        else { return nil }
        self.namespace = namespace
        self.place = place
        qdisc = root.appending("clsact-\(namespace)-\(index)")
        newQdisc = root.appending("clsact-\(namespace)-\(index)-new")
    }

    /// Adds the filter, and the qdisc if there is none. The calling thread is in the interface's
    /// network namespace.
    ///
    /// - Throws: `NetlinkError`, with `EEXIST` when somebody else's filter has our place.
    func attach(_ stub: borrowing Program) throws {
        var socket = try NetlinkSocket()
        try makeQdisc(&socket)
        Failpoint.addFilter.reach()
        try socket.addBPFFilter(
            at: place, descriptor: stub.descriptor.rawValue, name: "netctl")
        Failpoint.settleQdisc.reach()
        if isMarked(newQdisc) { try Directory.rename(newQdisc.string, to: qdisc.string) }
    }

    /// Puts another program into the filter.
    ///
    /// - Parameters:
    ///   - old: The program that must be there now.
    ///   - program: The one that comes.
    /// - Throws: `NetlinkError`, with `EEXIST` when the filter runs another program.
    func replace(_ old: UInt32, with program: borrowing Program) throws {
        guard let handle = try NetworkNamespace(inode: namespace).open() else { return }
        let descriptor = program.descriptor.rawValue
        try handle.perform {
            var socket = try NetlinkSocket()
            Failpoint.replaceFilter.reach()
            try socket.replaceBPFFilter(
                at: place, descriptor: descriptor, name: "netctl", expecting: old)
        }
    }

    /// Whether the filter is there and runs a program.
    ///
    /// - Parameter program: The program's id.
    /// - Returns: Whether it does; not where the network namespace is gone.
    /// - Throws: `NetlinkError`.
    func runs(_ program: UInt32) throws -> Bool {
        guard let handle = try NetworkNamespace(inode: namespace).open() else { return false }
        return try handle.perform {
            var socket = try NetlinkSocket()
            return try socket.filters(
                interfaceIndex: place.interfaceIndex, direction: place.direction
            ).contains { isThis($0, running: program) }
        }
    }

    /// The pin comes first: killed in between, the next command finds a mark and no qdisc, which
    /// does no harm.
    private func makeQdisc(_ socket: inout NetlinkSocket) throws {
        let found = try socket.qdiscs(interfaceIndex: place.interfaceIndex)
        guard !found.contains(where: \.isClsact) else { return }
        removeMarks()
        try PinnedRecord.create(QdiscMark(), at: newQdisc)
        Failpoint.makeQdisc.reach()
        do throws(NetlinkError) {
            try socket.createClsact(interfaceIndex: place.interfaceIndex)
        } catch {
            removeMarks()
            throw error
        }
    }

    /// Removes the filter if it still runs our stub, and a qdisc of ours that nobody uses any more.
    /// What is gone already is no error.
    ///
    /// A qdisc without our filter is not the one that we made, whatever the mark says, unless the
    /// filter never came: somebody has removed ours and made another. So the filter is not removed
    /// before its qdisc, but with it.
    ///
    /// - Parameter stub: The program's id.
    /// - Throws: `NetlinkError`.
    func detach(_ stub: UInt32) throws {
        guard let handle = try NetworkNamespace(inode: namespace).open() else {
            return removeMarks()
        }
        try handle.perform {
            var socket = try NetlinkSocket()
            let filters = try socket.filters(
                interfaceIndex: place.interfaceIndex, direction: place.direction)
            let isThere = filters.contains { isThis($0, running: stub) }
            let others =
                try filters.filter { !isThis($0, running: stub) }
                + socket.filters(
                    interfaceIndex: place.interfaceIndex, direction: place.direction.other)
            let isOurs = isThere ? isMarked(qdisc) || isMarked(newQdisc) : isMarked(newQdisc)
            if isOurs, others.isEmpty, try hasQdisc(&socket) {
                try socket.deleteClsact(interfaceIndex: place.interfaceIndex)
            } else if isThere {
                try socket.deleteBPFFilter(at: place, expecting: stub)
            }
            // Our own filter of the other direction still needs the qdisc, and the mark.
            if !others.contains(where: Self.isAtOurPlace) { removeMarks() }
        }
    }

    private func hasQdisc(_ socket: inout NetlinkSocket) throws -> Bool {
        try socket.qdiscs(interfaceIndex: place.interfaceIndex).contains(where: \.isClsact)
    }

    private func isMarked(_ mark: FilePath) -> Bool {
        (try? FileIdentity(path: mark.string)) != nil
    }

    private func removeMarks() {
        for mark in [newQdisc, qdisc] { try? Directory.unlink(mark.string) }
    }

    private func isThis(_ filter: TCFilter, running stub: UInt32) -> Bool {
        Self.isAtOurPlace(filter) && filter.handle == place.handle && filter.bpf?.programID == stub
    }

    /// Whether a filter is the one that keeps a stub on its hook.
    static func isOurs(_ filter: TCFilter, running stub: UInt32) -> Bool {
        isAtOurPlace(filter) && filter.handle == handle && filter.bpf?.programID == stub
    }

    private static func isAtOurPlace(_ filter: TCFilter) -> Bool {
        filter.priority == priority && [handle, programHandle].contains(filter.handle)
            && filter.chain == 0
    }
}

/// Says that netctl made the qdisc.
private struct QdiscMark: Codable {}

extension ClsactDirection {
    /// The other list of the same qdisc.
    fileprivate var other: ClsactDirection { self == .ingress ? .egress : .ingress }
}
