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

    private let namespace: UInt64
    private let place: ClsactPosition
    private let qdisc: FilePath

    /// The hook of a TC attachment; nil for any other.
    ///
    /// - Parameters:
    ///   - point: The attachment.
    ///   - root: The folder of all pins.
    init?(_ point: AttachPoint, root: FilePath) {
        guard case .interface(let namespace, let index) = point.place, point.hook != .xdp,
            let place = try? ClsactPosition(
                interfaceIndex: UInt32(index), direction: point.hook.clsactDirection,
                priority: Self.priority, handle: Self.handle)
        else { return nil }
        self.namespace = namespace
        self.place = place
        qdisc = root.appending("clsact-\(namespace)-\(index)")
    }

    /// Adds the filter, and the qdisc if there is none. The calling thread is in the interface's
    /// network namespace.
    ///
    /// - Throws: `NetlinkError`, with `EEXIST` when somebody else's filter has our place.
    func attach(_ stub: borrowing Program) throws {
        var socket = try NetlinkSocket()
        try makeQdisc(&socket)
        try socket.addBPFFilter(
            at: place, descriptor: stub.descriptor.rawValue, name: "netctl")
    }

    /// The pin comes first: killed in between, the next command finds a mark and no qdisc, which
    /// does no harm.
    private func makeQdisc(_ socket: inout NetlinkSocket) throws {
        let found = try socket.qdiscs(interfaceIndex: place.interfaceIndex)
        guard !found.contains(where: \.isClsact) else { return }
        try? Directory.unlink(qdisc.string)
        try PinnedRecord.create(QdiscMark(), at: qdisc)
        do throws(NetlinkError) {
            try socket.createClsact(interfaceIndex: place.interfaceIndex)
        } catch {
            try? Directory.unlink(qdisc.string)
            throw error
        }
    }

    /// Removes the filter if it still runs our stub, and a qdisc of ours that nobody uses any more.
    /// What is gone already is no error.
    ///
    /// - Parameter stub: The program's id.
    /// - Throws: `NetlinkError`.
    func detach(_ stub: UInt32) throws {
        guard let handle = try NetworkNamespace(inode: namespace).open() else {
            try? Directory.unlink(qdisc.string)
            return
        }
        try handle.perform {
            var socket = try NetlinkSocket()
            let filters = try socket.filters(
                interfaceIndex: place.interfaceIndex, direction: place.direction)
            if filters.contains(where: { Self.isOurs($0, running: stub) }) {
                try socket.deleteBPFFilter(at: place, expecting: stub)
            }
            try removeQdisc(&socket)
        }
    }

    private func removeQdisc(_ socket: inout NetlinkSocket) throws {
        guard (try? FileIdentity(path: qdisc.string)) != nil else { return }
        let index = place.interfaceIndex
        var left: [TCFilter] = []
        for direction in ClsactDirection.allCases {
            left += try socket.filters(interfaceIndex: index, direction: direction)
        }
        // Our own filter of the other direction still needs it, and the mark.
        guard !left.contains(where: Self.isAtOurPlace) else { return }
        if left.isEmpty, try socket.qdiscs(interfaceIndex: index).contains(where: \.isClsact) {
            try socket.deleteClsact(interfaceIndex: index)
        }
        try Directory.unlink(qdisc.string)
    }

    /// Whether a filter is the one that keeps a stub on its hook.
    static func isOurs(_ filter: TCFilter, running stub: UInt32) -> Bool {
        isAtOurPlace(filter) && filter.bpf?.programID == stub
    }

    private static func isAtOurPlace(_ filter: TCFilter) -> Bool {
        filter.priority == priority && filter.handle == handle && filter.chain == 0
    }
}

/// Says that netctl made the qdisc.
private struct QdiscMark: Codable {}
