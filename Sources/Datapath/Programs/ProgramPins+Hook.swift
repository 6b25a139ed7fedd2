internal import BPF
internal import LinuxSystem
internal import Policy
internal import SystemPackage

extension ProgramPins {
    /// Puts a program that is pinned here on its hook, in the place of the one that is there, without a
    /// packet in between that meets none. What cannot be replaced, in the kernel's own hooks, is
    /// attached a second time before the first goes.
    ///
    /// - Parameter id: The program.
    /// - Returns: The mode on an interface's hook, and why it is not a better one.
    /// - Throws: `BPFError`; ``DatapathError``.
    @discardableResult func put(_ id: UInt32) throws -> (mode: AttachMode?, reason: String?) {
        let record = try readRecord(of: id)
        let program = try Program(pinned: self.program(id), name: record.name)
        if let socket = record.socket {
            try attach(program, to: socket)
        } else if record.isOfKernel {
            try attachToKernel(program, record)
        } else if isFilter {
            try replaceFilter(with: program, record)
        } else if isComplete {
            Failpoint.updateProgramLink.reach()
            try Link(pinned: link).update(program: program)
        } else {
            return try attach(program, record, id)
        }
        return (record.mode, nil)
    }

    /// The link is pinned last: the attachment exists when it does.
    private func attach(
        _ program: borrowing Program, _ record: ProgramRecord, _ id: UInt32
    ) throws -> (AttachMode?, String?) {
        if let path = record.cgroup {
            let cgroup = try CgroupMount.current().open(path)
            let attached = try Link.attachCgroup(
                program: program, cgroup: cgroup.descriptor, type: record.program.attachType)
            Failpoint.pinProgramLink.reach()
            try attached.pin(at: link)
            return (nil, nil)
        }
        guard let target = AttachTarget(record), case .interface(_, let index) = target.point.place
        else { preconditionFailure("a program is on an interface, a cgroup or the kernel's hooks") }
        return try target.openNamespace().perform {
            if target.point.hook == .xdp {
                let attacher = XDPAttacher(target, index: index, explains: false)
                return try keep(attacher.attach(program), record, id)
            }
            if let link = try TCXAttacher(target: target, index: index).attach(program) {
                return try keep(link, record, id)
            }
            // The filter outlives whoever makes it, so the pins that know of it come first.
            try write(.tc(.clsact), record, id)
            Failpoint.pinProgramDraft.reach()
            try program.pin(at: draft(0))
            try clsactHook(record)?.attach(program)
            try takeDraft(as: filter)
            return (.tc(.clsact), nil)
        }
    }

    private func keep(
        _ attached: consuming AttachedLink, _ record: ProgramRecord, _ id: UInt32
    ) throws -> (AttachMode?, String?) {
        let (mode, reason) = (attached.mode, attached.reason)
        try write(mode, record, id)
        Failpoint.pinProgramLink.reach()
        try attached.link.pin(at: link)
        return (mode, reason)
    }

    /// Notes the mode, which the kernel may have chosen.
    private func write(_ mode: AttachMode?, _ record: ProgramRecord, _ id: UInt32) throws {
        var record = record
        record.mode = mode
        try PinnedRecord.replace(record, at: self.record(id))
    }

    private func attachToKernel(
        _ program: borrowing Program, _ record: ProgramRecord
    ) throws {
        let links = try KernelAttacher(described: record.program, file: record.file).attach(program)
        for (number, held) in links.enumerated() {
            Failpoint.pinProgramDraft.reach()
            try held.link.pin(at: draft(number))
        }
        try takeDrafts(links.indices)
    }

    /// Puts links in the place of those that were there. The first one, by which the attachment exists,
    /// comes last.
    private func takeDrafts(_ numbers: some BidirectionalCollection<Int>) throws {
        for number in numbers.reversed() {
            Failpoint.settleProgram.reach()
            try Directory.rename(draft(number).string, to: link(number).string)
        }
    }

    private func takeDraft(as path: FilePath) throws {
        Failpoint.settleProgram.reach()
        try Directory.rename(draft(0).string, to: path.string)
    }

    /// The program outlives whoever attaches it, so the pin that knows of it comes first.
    private func attach(_ program: borrowing Program, to place: ProcessSocket) throws {
        let open = try place.open()
        Failpoint.pinProgramDraft.reach()
        try program.pin(at: draft(0))
        do {
            try program.filter(socket: open)
        } catch {
            // It never came: what the socket has is somebody else's, or what was there before.
            try Directory.unlink(draft(0).string)
            throw error
        }
        try takeDraft(as: socket)
    }

    private func replaceFilter(
        with program: borrowing Program, _ record: ProgramRecord
    ) throws {
        let old = try Program(pinned: filter).info.id
        Failpoint.pinProgramDraft.reach()
        try program.pin(at: draft(0))
        try clsactHook(record)?.replace(old, with: program)
        try takeDraft(as: filter)
    }

    /// Ends a replacement that was cut short: either program is on the hook and the pins say which.
    ///
    /// - Returns: Whether the new program is there in the place of the old one.
    /// - Throws: `BPFError`; `NetlinkError`; ``DatapathError``.
    @discardableResult func settle() throws -> Bool {
        let drafts = try draftNumbers()
        guard !drafts.isEmpty else { return false }
        if isFilter {
            let coming = try Program(pinned: draft(0)).info.id
            if try clsactHook(readRecord(of: coming))?.runs(coming) == true {
                try takeDraft(as: filter)
                return true
            }
        } else if isOfSocket {
            // A socket does not tell which program it has.
            let old = try Program(pinned: socket)
            let record = try readRecord(of: old.info.id)
            if let open = try? record.socket?.open() { try old.filter(socket: open) }
        } else if try holdsLink(of: Link(pinned: draft(0)).info.programID) {
            // One that is in its place says that all had been made.
            try takeDrafts(drafts)
            return true
        }
        for number in drafts { try Directory.unlink(draft(number).string) }
        return false
    }

    private func draftNumbers() throws -> [Int] {
        try names().compactMap { $0.hasPrefix("new-") ? Int($0.dropFirst(4)) : nil }.sorted()
    }

    /// Whether one of the links of a program that has several is of this one; the first is its last.
    private func holdsLink(of program: UInt32) throws -> Bool {
        try names().contains { name in
            try name.hasPrefix("link-")
                && Link(pinned: folder.appending(name)).info.programID == program
        }
    }
}

extension ProgramRecord {
    /// Whether its section names what it is attached to.
    fileprivate var isOfKernel: Bool { interface == nil && cgroup == nil && socket == nil }
}
