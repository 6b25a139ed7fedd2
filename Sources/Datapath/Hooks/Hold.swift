internal import BPF
internal import Policy

/// What keeps a stub on its hook: a link, a clsact filter, or a dispatcher of libxdp.
struct Hold {
    /// The stub's id.
    let programID: UInt32
    /// The link's id; nil where it is no link of ours.
    let linkID: UInt32?
    /// Whether it holds nothing any more: the interface or cgroup is gone, the filter was removed, or the
    /// dispatcher has the stub no more.
    let isGone: Bool

    /// Looks at the pins of an attachment.
    ///
    /// - Throws: `BPFError`, `.notFound` when it is detached meanwhile.
    init(at point: AttachPoint, _ pins: AttachmentPins, _ scan: InterfaceScan) throws {
        do throws(BPFError) {
            let link = try Link(pinned: pins.link).info
            programID = link.programID
            linkID = link.id
            isGone = (link.interfaceIndex ?? 0) == 0 && (link.cgroupID ?? 0) == 0
            return
        } catch {
            guard error.code == .notFound else { throw error }
        }
        let stub = try Program(pinned: pins.filter).info.id
        let interface = scan.interface(at: point)
        programID = stub
        linkID = nil
        guard point.hook != .xdp else {
            isGone = interface?.programs(on: .xdp).contains(stub) != true
            return
        }
        let filters = interface?.filters[point.hook] ?? []
        isGone = !filters.contains { ClsactHook.isOurs($0, running: stub) }
    }
}
