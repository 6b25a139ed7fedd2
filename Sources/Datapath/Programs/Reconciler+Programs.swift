internal import BPF
internal import LinuxSystem
internal import Policy
internal import SystemPackage

extension Reconciler {
    /// What an attach of a user's program did.
    public enum ProgramOutcome: Sendable {
        /// It is on the hook now, in this mode where there are several. There may be a reason why it is not a
        /// better one.
        case attached(AttachMode?, because: String?)
        /// It took the place of the program of this name that netctl had put there.
        case replaced(AttachMode?)
    }

    /// Puts a user's program on a hook, or replaces the one of its name there in place.
    ///
    /// - Throws: ``DatapathError`` when the program cannot be loaded, when the hook is taken, or when
    ///   the attachment has another mode than is insisted on.
    public func attach(
        _ user: UserProgram, to target: ProgramTarget
    ) throws(DatapathError) -> ProgramOutcome {
        try change { root in
            try root.attach(user, to: target, owner: nil)
        }
    }

    /// Removes users' programs: links, filters, pins and folders, nothing of others.
    ///
    /// - Throws: ``DatapathError``; what was removed before stays removed.
    public func detach(programs: [ProgramAttachment]) throws(DatapathError) {
        try changeExisting { root in
            let folders = Set(programs.map(\.folder))
            for pins in try root.programs() where folders.contains(pins.name) {
                try pins.removeAll()
            }
        }
    }
}

extension PinRoot {
    /// Attaches or replaces, under the lock.
    func attach(
        _ user: UserProgram, to target: ProgramTarget, owner: Name?
    ) throws -> Reconciler.ProgramOutcome {
        let pins = ProgramPins(folder: path.appending(target.point.pinName))
        if let point = target.interface?.point, point.hook == .xdp, self.pins(of: point).isComplete
        {
            throw DatapathError(
                "attach program \(user.program.name)", target.name,
                "netctl's own datapath has the xdp hook", errno: .resourceBusy,
                hint: "'netctl detach \(target.name) --hook xdp' first")
        }
        let found = pins.isComplete ? try ProgramAttachment(pins, InterfaceScan()) : nil
        let present = found?.state == .gone ? nil : found
        try present?.requireMode(target.interface?.mode)
        // Whatever this throws: what was pinned is litter.
        let prepared = try PreparedProgram(
            user, for: target, owner: owner, replacing: present, in: self)
        let (mode, reason) = try prepared.pins.put(prepared.id)
        return present == nil ? .attached(mode, because: reason) : .replaced(mode)
    }

    /// The pins of every user's program, complete or not.
    func programs() throws -> [ProgramPins] {
        var found: [ProgramPins] = []
        for name in try ProgramPins(folder: path).names().sorted()
        where ProgramPoint.isPinName(name) {
            found.append(ProgramPins(folder: path.appending(name)))
        }
        return found
    }

    /// Refuses to put the datapath where a user's program is.
    func requireNoProgram(at point: AttachPoint) throws {
        guard point.hook == .xdp else { return }
        let place = ProgramPoint(place: .interface(point), program: "")
        let pins = ProgramPins(folder: path.appending(place.pinName))
        guard pins.isComplete, let found = try? ProgramAttachment(pins, InterfaceScan()),
            found.state != .gone
        else { return }
        throw found.busy
    }
}

extension ProgramAttachment {
    /// The mode of a program is never changed under traffic: that would be a gap.
    func requireMode(_ mode: AttachMode?) throws {
        guard let mode, mode != record.mode else { return }
        throw DatapathError(
            "attach program \(record.name)", location?.name ?? "the kernel",
            "it is attached in \(record.mode?.rawValue ?? "another") mode, not \(mode)",
            hint: "detach it first")
    }
}
