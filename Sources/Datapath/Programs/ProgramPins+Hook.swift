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
    /// - Returns: The mode on an interface's hook.
    /// - Throws: `BPFError`; ``DatapathError``.
    @discardableResult func put(_ id: UInt32) throws -> AttachMode? {
        let record = try readRecord(of: id)
        let program = try Program(pinned: self.program(id), name: record.name)
        if let socket = record.socket {
            try attach(program, to: socket)
        } else if record.isOfKernel {
            try attachToKernel(program, record)
        } else if isFilter {
            try replaceFilter(with: program, record)
        } else if isComplete {
            try Link(pinned: link).update(program: program)
        } else {
            return try attach(program, record, id)
        }
        return record.mode
    }

    /// The link is pinned last: the attachment exists when it does.
    private func attach(
        _ program: borrowing Program, _ record: ProgramRecord, _ id: UInt32
    ) throws -> AttachMode? {
        if let path = record.cgroup {
            let cgroup = try CgroupMount.current().open(path)
            try Link.attachCgroup(
                program: program, cgroup: cgroup.descriptor, type: record.program.attachType
            ).pin(at: link)
            return nil
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
            try program.pin(at: filter)
            try clsactHook(record)?.attach(program)
            return .tc(.clsact)
        }
    }

    private func keep(
        _ attached: consuming AttachedLink, _ record: ProgramRecord, _ id: UInt32
    ) throws -> AttachMode? {
        let mode = attached.mode
        try write(mode, record, id)
        try attached.link.pin(at: link)
        return mode
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
            try? Directory.unlink(draft(number).string)
            try held.link.pin(at: draft(number))
        }
        // The first one, by which the attachment exists, comes last.
        for number in links.indices.reversed() {
            try Directory.rename(draft(number).string, to: link(number).string)
        }
    }

    /// The program outlives whoever attaches it, so the pin that knows of it comes first.
    private func attach(_ program: borrowing Program, to place: ProcessSocket) throws {
        let open = try place.open()
        try? Directory.unlink(draft(0).string)
        try program.pin(at: isOfSocket ? draft(0) : socket)
        try program.filter(socket: open)
        if (try? FileIdentity(path: draft(0).string)) != nil {
            try Directory.rename(draft(0).string, to: socket.string)
        }
    }

    private func replaceFilter(
        with program: borrowing Program, _ record: ProgramRecord
    ) throws {
        let old = try Program(pinned: filter).info.id
        try? Directory.unlink(draft(0).string)
        try program.pin(at: draft(0))
        try clsactHook(record)?.replace(old, with: program)
        try Directory.rename(draft(0).string, to: filter.string)
    }
}

extension ProgramRecord {
    /// Whether its section names what it is attached to.
    fileprivate var isOfKernel: Bool { interface == nil && cgroup == nil && socket == nil }
}
