internal import BPF

/// What keeps a stub on its hook: a link, or a clsact filter.
struct Hold {
    /// The stub's id.
    let programID: UInt32
    /// The link's id; nil for a filter.
    let linkID: UInt32?
    /// Whether it holds nothing any more: the interface or cgroup is gone, or the filter was removed.
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
        let filters = scan.interface(at: point)?.filters[point.hook] ?? []
        programID = stub
        linkID = nil
        isGone = !filters.contains { ClsactHook.isOurs($0, running: stub) }
    }
}
