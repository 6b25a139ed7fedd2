internal import BPF
internal import LinuxSystem
internal import Policy
internal import SystemPackage

extension Reconciler {
    /// What an attach of a user's program did.
    public enum ProgramOutcome: Sendable {
        /// It is on the hook now, in this mode where there are several.
        case attached(AttachMode?)
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
        let attacher = ProgramAttacher(user: user, target: target, pins: pins, owner: owner)
        if let point = target.interface?.point, point.hook == .xdp, self.pins(of: point).isComplete
        {
            throw DatapathError(
                "attach program \(user.program.name)", target.name,
                "netctl's own datapath has the xdp hook", errno: .resourceBusy,
                hint: "'netctl detach \(target.name) --hook xdp' first")
        }
        guard pins.isComplete else { return .attached(try attacher.attach()) }
        let present = try ProgramAttachment(pins, InterfaceScan())
        guard present.state != .gone else { return .attached(try attacher.attach()) }
        if let mode = target.interface?.mode, mode != present.record.mode {
            throw DatapathError(
                "attach program \(user.program.name)", target.name,
                "it is attached in \(present.record.mode?.rawValue ?? "another") mode, not \(mode)",
                hint: "detach it first")
        }
        return .replaced(try attacher.replace(present.record))
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
    func requireNoProgram(at point: AttachPoint, _ name: String) throws {
        guard point.hook == .xdp else { return }
        let place = ProgramPoint(place: .interface(point), program: "")
        let pins = ProgramPins(folder: path.appending(place.pinName))
        guard pins.isComplete, let found = try? ProgramAttachment(pins, InterfaceScan()),
            found.state != .gone
        else { return }
        throw DatapathError(
            "attach xdp", name, "program '\(found.record.name)', attached by --program, is there",
            errno: .resourceBusy, hint: "'netctl detach \(name) --hook xdp' first")
    }
}

extension ProgramPins {
    /// The name of the folder.
    var name: String { folder.lastComponent?.string ?? "" }
}
