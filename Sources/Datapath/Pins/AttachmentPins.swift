internal import BPF
internal import LinuxSystem
internal import SystemPackage

/// The pins of one attachment. bpffs allows no dots in names.
struct AttachmentPins {
    /// The folder that holds them.
    let folder: FilePath

    /// The link that keeps the stub on its hook. An attachment exists when this does, or `filter`.
    var link: FilePath { folder.appending("link") }
    /// The stub, where a clsact filter or a dispatcher, and no link, keeps it on its hook.
    var filter: FilePath { folder.appending("filter") }
    /// The same while the filter comes or goes: cut short then, the attachment does not exist, and what
    /// there is of its filter is known.
    var filterDraft: FilePath { folder.appending("filter-draft") }
    /// The counters, of the stub and of every body.
    var counters: FilePath { folder.appending("counters") }
    /// The program array through which the stub calls the body in force.
    var bodies: FilePath { folder.appending("bodies") }
    /// The sources with the most packets; not on the hook for devices.
    var talkers: FilePath { folder.appending("talkers") }
    /// The buckets of limits, shared by all bodies; there once a policy had a limit.
    var limits: FilePath { folder.appending("limits") }
    /// The ``AttachmentRecord``.
    var attachment: FilePath { folder.appending("attachment") }
    /// A body, by the id of its program.
    func body(_ program: UInt32) -> FilePath { folder.appending("body-\(program)") }
    /// The ``BodyRecord`` of a body.
    func record(_ program: UInt32) -> FilePath { folder.appending("record-\(program)") }

    /// Whether the attachment exists.
    var isComplete: Bool {
        [link, filter].contains { (try? FileIdentity(path: $0.string)) != nil }
    }

    /// Whether a body is pinned.
    func hasBody(_ program: UInt32) -> Bool {
        (try? FileIdentity(path: body(program).string)) != nil
    }

    /// Whether there is anything of it.
    var exist: Bool { (try? FileIdentity(path: folder.string)) != nil }

    /// What people call it, `eth1 xdp`; half made, its folder.
    var shownName: String {
        let name = folder.lastComponent?.string ?? ""
        guard let record = try? PinnedRecord.read(AttachmentRecord.self, at: attachment),
            let point = AttachPoint(pinName: name), let place = record.interface ?? record.cgroup
        else { return name }
        return "\(place) \(point.hook)"
    }

    /// Removes the attachment: what keeps the stub on its hook first, so that nothing is half there
    /// when this is cut short.
    ///
    /// - Throws: ``DatapathError`` when the kernel does not let go of a clsact filter.
    func removeAll() throws {
        try leaveHook()
        Failpoint.removePins.reach()
        for name in try Directory.entries(at: folder.string) {
            try Directory.unlink(folder.appending(name).string)
        }
        try Directory.remove(folder.string)
    }

    /// Takes the stub off its hook; the other pins stay.
    ///
    /// - Throws: ``DatapathError`` when the kernel does not let go of a clsact filter.
    func leaveHook() throws {
        removeLink()
        try removeFilter()
    }

    /// Unpinning alone lets the kernel detach some time later: the hook would seem taken by somebody
    /// else. A link that cannot be opened, half made or of another kind, just loses its name.
    private func removeLink() {
        do {
            let held = try Link(pinned: link)
            Failpoint.leaveHook.reach()
            try Directory.unlink(link.string)
            Failpoint.letGo.reach()
            try held.detach()
        } catch {
            try? Directory.unlink(link.string)
        }
    }

    /// A filter that is gone already, with its interface or by somebody else's hand, is no error.
    private func removeFilter() throws {
        Failpoint.leaveHook.reach()
        do throws(Errno) {
            try Directory.rename(filter.string, to: filterDraft.string)
        } catch .noSuchFileOrDirectory {}
        guard (try? FileIdentity(path: filterDraft.string)) != nil else { return }
        do {
            try clsactHook?.detach(Program(pinned: filterDraft).info.id)
            try dispatcherHook?.detach(stubOf: Map(pinned: bodies).info.id)
        } catch let error as BPFError where error.code == .wrongType {
            // Nothing of ours: it just loses its name.
        }
        Failpoint.letGo.reach()
        try Directory.unlink(filterDraft.string)
    }

    /// Where a filter would keep the stub, if it is on a TC hook.
    var clsactHook: ClsactHook? {
        AttachPoint(pinName: folder.lastComponent?.string ?? "").flatMap {
            ClsactHook($0, root: folder.removingLastComponent())
        }
    }

    /// Where a dispatcher would keep the stub, if it is on an XDP hook.
    var dispatcherHook: DispatcherHook? {
        AttachPoint(pinName: folder.lastComponent?.string ?? "").flatMap {
            DispatcherHook($0, root: folder.removingLastComponent())
        }
    }

    /// Removes the bodies that `bodies` no longer names.
    ///
    /// - Returns: Whether there were any.
    @discardableResult func removeBodies(except programs: Set<UInt32>) throws -> Bool {
        var isRemoved = false
        for name in try Directory.entries(at: folder.string) {
            let parts = name.split(separator: "-")
            // A third part is of a draft that was cut short.
            guard parts.count >= 2, parts[0] == "body" || parts[0] == "record",
                let program = UInt32(parts[1]), parts.count > 2 || !programs.contains(program)
            else { continue }
            try Directory.unlink(folder.appending(name).string)
            isRemoved = true
        }
        return isRemoved
    }
}
